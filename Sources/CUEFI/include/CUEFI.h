// Every layout the rooms share. Optional headers are taken when their room has written them.
#pragma once
#include "UefiBase.h"

#include "Status.h"

#include "BootServices.h"
#include "RuntimeServices.h"
#include "SystemTable.h"

#include "DevicePath.h"
#include "DriverBinding.h"
#include "ImageEmulator.h"
#include "LoadedImage.h"
#include "LoadFile.h"

#if __has_include("Console.h")
#include "Console.h"
#endif
#if __has_include("ConsoleText.h")
#include "ConsoleText.h"
#endif
#if __has_include("ConsoleInput.h")
#include "ConsoleInput.h"
#endif
#if __has_include("ConsoleOutput.h")
#include "ConsoleOutput.h"
#endif
#if __has_include("GraphicsOutput.h")
#include "GraphicsOutput.h"
#endif
#if __has_include("Hii.h")
#include "Hii.h"
#endif
#if __has_include("HiiDatabase.h")
#include "HiiDatabase.h"
#endif
#if __has_include("HiiConfig.h")
#include "HiiConfig.h"
#endif
#if __has_include("Pcd.h")
#include "Pcd.h"
#endif
#if __has_include("Pci.h")
#include "Pci.h"
#endif
#if __has_include("PciIo.h")
#include "PciIo.h"
#endif
#if __has_include("PciRootBridgeIo.h")
#include "PciRootBridgeIo.h"
#endif
#if __has_include("MiscProtocols.h")
#include "MiscProtocols.h"
#endif
#if __has_include("MiscDxe.h")
#include "MiscDxe.h"
#endif
#if __has_include("CpuArch.h")
#include "CpuArch.h"
#endif
