#pragma once
#include "UefiBase.h"
