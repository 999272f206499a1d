#pragma once
#include <stddef.h>
#include "ttq_isa.h"
