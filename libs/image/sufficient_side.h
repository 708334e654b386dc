// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libs/image/preprocess.h"

namespace lookalike {

// DecodeOptions::sufficient_side for pictures that Preprocess() will take: how many pixels their shorter side must keep
// for the embedding to stay within cosine 0.995 of that at full scale. Twice what the model's input takes; 0, which is
// no reduction, where the input is made of nearest neighbours.
//
// Cosine of the two embeddings by VGG16, the least of 30 photos of shoes of 200 pixels a side ("sharp": every pixel
// counts), of 12 of the same enlarged to 1600 and given noise, and of 12 drawings of 1600. In brackets, how many times
// the pixels that the resize asks for each side has left.
//   profile       weights   sharp                          enlarged           drawings
//   starter       starter   0.9977 (2.1)  0.9979 (1.6)     0.9998 (2.1)       0.9999 (2.1)
//   torchvision   random    0.9991 (2.2)  0.9993 (1.8)     1.0000 (2.7)       1.0000 (2.7)
//   keras         starter   0.9664 (3.1)  0.9849 (2.5)     0.9965 (3.1)       0.9984 (6.3)
// Twice is a reserve: fewer pixels would do for profiles that average. Nearest neighbours pick single pixels, and a
// reduced picture has others: how much it matters depends on the picture's sharpness more than on its size.
int SufficientSide(const Preprocessing& preprocessing);

}  // namespace lookalike
