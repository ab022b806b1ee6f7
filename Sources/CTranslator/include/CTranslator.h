#pragma once
#include "GuestState.h"
