// SPDX-License-Identifier: Apache-2.0
#include "libs/sync/mutex.h"

#include <atomic>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace lookalike {
namespace {

// Long enough never to pass by chance: a test that waits for it has failed.
constexpr absl::Duration kForEver = absl::Seconds(60);

void RunTogether(int threads, const std::function<void()>& work) {
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) running.emplace_back(work);
  for (std::thread& thread : running) thread.join();
}

TEST(MutexTest, OneWriterAtATime) {
  struct {
    Mutex mutex;
    int value ABSL_GUARDED_BY(mutex) = 0;
  } counter;
  RunTogether(4, [&] {
    for (int i = 0; i < 10'000; ++i) {
      const MutexLock lock(counter.mutex);
      ++counter.value;
    }
  });
  const MutexLock lock(counter.mutex);
  EXPECT_EQ(counter.value, 40'000);
}

TEST(MutexTest, ReadersHoldItTogether) {
  Mutex mutex;
  std::latch inside(3);
  // No reader leaves before all of them are in: with a lock that let in one, this would never end.
  RunTogether(3, [&] {
    const ReaderMutexLock lock(mutex);
    inside.arrive_and_wait();
  });
}

TEST(MutexTest, AReaderSeesAWriteWholly) {
  struct {
    Mutex mutex;
    int left ABSL_GUARDED_BY(mutex) = 0;
    int right ABSL_GUARDED_BY(mutex) = 0;
  } pair;
  std::thread writer([&] {
    for (int i = 0; i < 10'000; ++i) {
      const MutexLock lock(pair.mutex);
      ++pair.left;
      ++pair.right;
    }
  });
  for (int i = 0; i < 1'000; ++i) {
    const ReaderMutexLock lock(pair.mutex);
    ASSERT_EQ(pair.left, pair.right);
  }
  writer.join();
}

TEST(MutexTest, ReadersWithoutAPauseDoNotKeepAWriterOut) {
  Mutex mutex;
  std::atomic<int> entered = 0;
  std::atomic<bool> written = false;
  std::thread writer([&] {
    while (entered < 10) std::this_thread::yield();
    for (int i = 0; i < 20; ++i) const MutexLock lock(mutex);
    written = true;
  });
  // Each reader leaves when the next is in: where readers may pass a waiting writer, one is always inside and this
  // does not end. Where they may not, none comes in, and the last gives up after a millisecond.
  RunTogether(3, [&] {
    while (!written) {
      const ReaderMutexLock lock(mutex);
      const int own = ++entered;
      const absl::Time give_up = absl::Now() + absl::Milliseconds(1);
      while (entered == own && absl::Now() < give_up) std::this_thread::yield();
    }
  });
  writer.join();
}

// A flag that one thread raises and another waits for.
class Signal {
 public:
  void Raise() {
    const MutexLock lock(mutex_);
    raised_ = true;
    changed_.NotifyAll();
  }

  void Wait() {
    const MutexLock lock(mutex_);
    while (!raised_) changed_.Wait(mutex_);
  }

  // Whether it was raised before `deadline`.
  bool WaitUntil(absl::Time deadline) {
    const MutexLock lock(mutex_);
    while (!raised_) {
      if (!changed_.WaitUntil(mutex_, deadline)) return raised_;
    }
    return true;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool raised_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(CondVarTest, WaitEndsWithANotification) {
  Signal signal;
  std::thread raiser([&] { signal.Raise(); });
  signal.Wait();
  raiser.join();
}

TEST(CondVarTest, ANotificationWakesEveryWaiter) {
  Signal signal;
  std::thread raiser([&] { signal.Raise(); });
  RunTogether(3, [&] { EXPECT_TRUE(signal.WaitUntil(absl::Now() + kForEver)); });
  raiser.join();
}

TEST(CondVarTest, WaitUntilEndsAtTheDeadlineAndNotBefore) {
  Signal signal;
  const absl::Time deadline = absl::Now() + absl::Milliseconds(20);
  EXPECT_FALSE(signal.WaitUntil(deadline));
  EXPECT_GE(absl::Now(), deadline);
}

TEST(CondVarTest, WaitUntilAPastDeadlineEndsAtOnce) {
  Signal signal;
  EXPECT_FALSE(signal.WaitUntil(absl::Now() - kForEver));
  EXPECT_FALSE(signal.WaitUntil(absl::InfinitePast()));
}

TEST(CondVarTest, WaitUntilTheInfiniteFutureEndsWithANotification) {
  Signal signal;
  std::thread raiser([&] { signal.Raise(); });
  EXPECT_TRUE(signal.WaitUntil(absl::InfiniteFuture()));
  raiser.join();
}

TEST(CondVarTest, NotifyOneWakesAWaiter) {
  struct {
    Mutex mutex;
    CondVar changed;
    int tickets ABSL_GUARDED_BY(mutex) = 0;
  } counter;
  std::thread taker([&] {
    for (int taken = 0; taken < 100; ++taken) {
      const MutexLock lock(counter.mutex);
      while (counter.tickets == 0) counter.changed.Wait(counter.mutex);
      --counter.tickets;
    }
  });
  for (int given = 0; given < 100; ++given) {
    const MutexLock lock(counter.mutex);
    ++counter.tickets;
    counter.changed.NotifyOne();
  }
  taker.join();
  const MutexLock lock(counter.mutex);
  EXPECT_EQ(counter.tickets, 0);
}

}  // namespace
}  // namespace lookalike
