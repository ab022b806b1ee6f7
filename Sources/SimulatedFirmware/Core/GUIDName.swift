import CUEFI

/// Names of well-known GUIDs, for reports and traces, spelt as firmware sources spell them.
public enum GUIDName {
  /// The name, such as `gEfiPciIoProtocolGuid`; nil for a GUID nobody here knows.
  public static func name(of guid: EFI_GUID) -> String? { table[guid] }

  /// The GUID's name where it has one, else the registry format.
  public static func describe(_ guid: EFI_GUID) -> String { name(of: guid) ?? guid.registryFormat }

  /// Adds a name for reports, such as one a device model knows.
  public static func add(_ name: String, for guid: EFI_GUID) { table[guid] = name }

  nonisolated(unsafe) private static var table: [EFI_GUID: String] = [
    .driverBinding: "gEfiDriverBindingProtocolGuid",
    .componentName: "gEfiComponentNameProtocolGuid",
    .componentName2: "gEfiComponentName2ProtocolGuid",
    .driverDiagnostics2: "gEfiDriverDiagnostics2ProtocolGuid",
    .driverSupportedEfiVersion: "gEfiDriverSupportedEfiVersionProtocolGuid",
    .platformDriverOverride: "gEfiPlatformDriverOverrideProtocolGuid",
    .busSpecificDriverOverride: "gEfiBusSpecificDriverOverrideProtocolGuid",
    .driverFamilyOverride: "gEfiDriverFamilyOverrideProtocolGuid",
    .loadedImage: "gEfiLoadedImageProtocolGuid",
    .loadedImageDevicePath: "gEfiLoadedImageDevicePathProtocolGuid",
    .devicePath: "gEfiDevicePathProtocolGuid",
    .devicePathUtilities: "gEfiDevicePathUtilitiesProtocolGuid",
    .devicePathToText: "gEfiDevicePathToTextProtocolGuid",
    .devicePathFromText: "gEfiDevicePathFromTextProtocolGuid",
    .loadFile: "gEfiLoadFileProtocolGuid",
    .loadFile2: "gEfiLoadFile2ProtocolGuid",
    .simpleFileSystem: "gEfiSimpleFileSystemProtocolGuid",
    .imageEmulator: "gEdkiiPeCoffImageEmulatorProtocolGuid",
    .pciIo: "gEfiPciIoProtocolGuid",
    .pciRootBridgeIo: "gEfiPciRootBridgeIoProtocolGuid",
    .graphicsOutput: "gEfiGraphicsOutputProtocolGuid",
    .edidActive: "gEfiEdidActiveProtocolGuid",
    .edidDiscovered: "gEfiEdidDiscoveredProtocolGuid",
    .edidOverride: "gEfiEdidOverrideProtocolGuid",
    .simpleTextInput: "gEfiSimpleTextInProtocolGuid",
    .simpleTextInputEx: "gEfiSimpleTextInputExProtocolGuid",
    .simpleTextOutput: "gEfiSimpleTextOutProtocolGuid",
    .pcd: "gPcdProtocolGuid",
    .efiPcd: "gEfiPcdProtocolGuid",
    .decompress: "gEfiDecompressProtocolGuid",
    .hiiDatabase: "gEfiHiiDatabaseProtocolGuid",
    .hiiString: "gEfiHiiStringProtocolGuid",
    .hiiFont: "gEfiHiiFontProtocolGuid",
    .hiiImage: "gEfiHiiImageProtocolGuid",
    .hiiConfigRouting: "gEfiHiiConfigRoutingProtocolGuid",
    .hiiConfigAccess: "gEfiHiiConfigAccessProtocolGuid",
    .formBrowser2: "gEfiFormBrowser2ProtocolGuid",
    .simpleNetwork: "gEfiSimpleNetworkProtocolGuid",
    .networkInterfaceIdentifier: "gEfiNetworkInterfaceIdentifierProtocolGuid",
    .networkInterfaceIdentifier31: "gEfiNetworkInterfaceIdentifierProtocolGuid_31",
    .unicodeCollation2: "gEfiUnicodeCollation2ProtocolGuid",
    .blockIo: "gEfiBlockIoProtocolGuid",
    .diskIo: "gEfiDiskIoProtocolGuid",
    .randomNumber: "gEfiRngProtocolGuid",
    .cpuArch: "gEfiCpuArchProtocolGuid",
    .memoryAttribute: "gEfiMemoryAttributeProtocolGuid",
    .globalVariable: "gEfiGlobalVariableGuid",
    .acpi20Table: "gEfiAcpi20TableGuid",
    .deviceTreeTable: "gFdtTableGuid",
    .smbiosTable: "gEfiSmbiosTableGuid",
    .smbios3Table: "gEfiSmbios3TableGuid",
    .eventExitBootServices: "gEfiEventExitBootServicesGuid",
    .eventVirtualAddressChange: "gEfiEventVirtualAddressChangeGuid",
    .eventMemoryMapChange: "gEfiEventMemoryMapChangeGuid",
    .eventReadyToBoot: "gEfiEventReadyToBootGuid",
    .eventBeforeExitBootServices: "gEfiEventBeforeExitBootServicesGuid",
  ]
}
