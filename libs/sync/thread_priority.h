// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace lookalike {

// For a thread that does something nobody waits for: where there are more threads than cores, it leaves most of the
// processor (nine tenths of a core on Linux, nice 10) to the others of the process, and does not interrupt them when it
// wakes up. It cannot be taken back: lowering is anybody's right, raising is not.
// Without effect where the operating system has no priorities of threads.
void RunInBackground();

}  // namespace lookalike
