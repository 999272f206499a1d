#pragma once
#include <stddef.h>
#include <stdint.h>

// The processors that this process may run on, pinning to one of them, and the one at hand: Swift's Glibc module hides these calls.

// Writes the numbers of the processors that the process was started on, rising, and returns how many there are (at most `capacity`), 0 on
// failure. Pinning a thread does not change them.
size_t ttq_allowed_cpus(uint32_t *cpus, size_t capacity);

// Keeps the calling thread on `cpu`. Returns 0, or the errno of the failure.
int ttq_pin_thread(uint32_t cpu);

// The number of the calling thread, 0 where the system does not tell.
int32_t ttq_thread_number(void);

// Lets `thread` of this process, if it still runs, go to every processor that the process was started on.
void ttq_unpin_thread(int32_t thread);

// The processor that the calling thread runs on, or -1 where the system does not tell.
int ttq_current_cpu(void);
