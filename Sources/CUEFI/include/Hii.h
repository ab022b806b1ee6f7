// UEFI 2.10, chapters 33 to 35, in one place.
#pragma once
#include "HiiConfig.h"
#include "HiiDatabase.h"
#include "HiiPackages.h"
#include "HiiString.h"
