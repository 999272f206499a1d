#pragma once
#include <stdint.h>

// The logical CPUs that the calling thread may run on, one bit each. glibc hides these calls behind _GNU_SOURCE, which Swift
// cannot set. Both return 0, or -1 where the system refuses.
enum { TTQ_CPUSET_WORDS = 16 };
typedef struct { uint64_t words[TTQ_CPUSET_WORDS]; } ttq_cpuset;

int ttq_cpuset_get(ttq_cpuset *set);
int ttq_cpuset_bind(const ttq_cpuset *set);
