import CUEFI

extension CUEFI.EFI_GUID: Swift.Hashable, Swift.Equatable {
  public static func == (a: EFI_GUID, b: EFI_GUID) -> Bool { a.words == b.words }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  /// The GUID's 16 bytes as they lie in memory, as two little-endian words.
  public var words: (UInt64, UInt64) { unsafeBitCast(self, to: (UInt64, UInt64).self) }

  /// The registry form: `init(0x96f46153, 0x97a7, 0x4793, 0xacc1fa19bf78ea97)`, where the last
  /// number is the eight bytes of Data4 in the order they are written.
  public init(_ a: UInt32, _ b: UInt16, _ c: UInt16, _ d: UInt64) {
    self = unsafeBitCast(
      (UInt64(a) | UInt64(b) << 32 | UInt64(c) << 48, d.byteSwapped), to: EFI_GUID.self)
  }

  /// The registry format of UEFI 2.10, appendix A, in lower case.
  public var registryFormat: String {
    func hex(_ value: UInt64, _ digits: Int) -> String {
      let text = String(value, radix: 16)
      return String(repeating: "0", count: digits - text.count) + text
    }
    let tail = hex(words.1.byteSwapped, 16)
    return [
      hex(UInt64(Data1), 8), hex(UInt64(Data2), 4), hex(UInt64(Data3), 4),
      String(tail.prefix(4)), String(tail.suffix(12)),
    ].joined(separator: "-")
  }
}

extension CUEFI.EFI_GUID: Swift.CustomStringConvertible {
  /// The GUID's name where it has one, else the registry format.
  public var description: String { GUIDName.name(of: self) ?? registryFormat }
}

extension EFI_GUID {
  public static let driverBinding = EFI_GUID(0x18a0_31ab, 0xb443, 0x4d1a, 0xa5c0_0c09_261e_9f71)
  public static let componentName = EFI_GUID(0x107a_772c, 0xd5e1, 0x11d4, 0x9a46_0090_273f_c14d)
  public static let componentName2 = EFI_GUID(0x6a7a_5cff, 0xe8d9, 0x4f70, 0xbada_75ab_3025_ce14)
  public static let driverDiagnostics2 = EFI_GUID(
    0x4d33_0321, 0x025f, 0x4aac, 0x90d8_5ed9_0017_3b63)
  public static let driverSupportedEfiVersion = EFI_GUID(
    0x5c19_8761, 0x16a8, 0x4e69, 0x972c_89d6_7954_f81d)
  public static let platformDriverOverride = EFI_GUID(
    0x6b30_c738, 0xa391, 0x11d4, 0x9a3b_0090_273f_c14d)
  public static let busSpecificDriverOverride = EFI_GUID(
    0x3bc1_b285, 0x8a15, 0x4a82, 0xaabf_4d7d_13fb_3265)
  public static let driverFamilyOverride = EFI_GUID(
    0xb1ee_129e, 0xda36, 0x4181, 0x91f8_04a4_9237_66a7)
  public static let loadedImage = EFI_GUID(0x5b1b_31a1, 0x9562, 0x11d2, 0x8e3f_00a0_c969_723b)
  public static let loadedImageDevicePath = EFI_GUID(
    0xbc62_157e, 0x3e33, 0x4fec, 0x9920_2d3b_36d7_50df)
  public static let devicePath = EFI_GUID(0x0957_6e91, 0x6d3f, 0x11d2, 0x8e39_00a0_c969_723b)
  public static let devicePathUtilities = EFI_GUID(
    0x0379_be4e, 0xd706, 0x437d, 0xb037_edb8_2fb7_72a4)
  public static let devicePathToText = EFI_GUID(
    0x8b84_3e20, 0x8132, 0x4852, 0x90cc_551a_4e4a_7f1c)
  public static let devicePathFromText = EFI_GUID(
    0x05c9_9a21, 0xc70f, 0x4ad2, 0x8a5f_35df_3343_f51e)
  public static let loadFile = EFI_GUID(0x56ec_3091, 0x954c, 0x11d2, 0x8e3f_00a0_c969_723b)
  public static let loadFile2 = EFI_GUID(0x4006_c0c1, 0xfcb3, 0x403e, 0x996d_4a6c_8724_e06d)
  public static let simpleFileSystem = EFI_GUID(
    0x964e_5b22, 0x6459, 0x11d2, 0x8e39_00a0_c969_723b)
  public static let imageEmulator = EFI_GUID(0x96f4_6153, 0x97a7, 0x4793, 0xacc1_fa19_bf78_ea97)
  public static let pciIo = EFI_GUID(0x4cf5_b200, 0x68b8, 0x4ca5, 0x9eec_b23e_3f50_029a)
  public static let pciRootBridgeIo = EFI_GUID(0x2f70_7ebb, 0x4a1a, 0x11d4, 0x9a38_0090_273f_c14d)
  public static let graphicsOutput = EFI_GUID(0x9042_a9de, 0x23dc, 0x4a38, 0x96fb_7ade_d080_516a)
  public static let edidActive = EFI_GUID(0xbd8c_1056, 0x9f36, 0x44ec, 0x92a8_a633_7f81_7986)
  public static let edidDiscovered = EFI_GUID(0x1c0c_34f6, 0xd380, 0x41fa, 0xa049_8ad0_6c1a_66aa)
  public static let edidOverride = EFI_GUID(0x48ec_b431, 0xfb72, 0x45c0, 0xa922_f458_fe04_0bd5)
  public static let simpleTextInput = EFI_GUID(0x3874_77c1, 0x69c7, 0x11d2, 0x8e39_00a0_c969_723b)
  public static let simpleTextInputEx = EFI_GUID(
    0xdd9e_7534, 0x7762, 0x4698, 0x8c14_f585_17a6_25aa)
  public static let simpleTextOutput = EFI_GUID(
    0x3874_77c2, 0x69c7, 0x11d2, 0x8e39_00a0_c969_723b)
  public static let pcd = EFI_GUID(0x11b3_4006, 0xd85b, 0x4d0a, 0xa290_d5a5_7131_0ef7)
  public static let efiPcd = EFI_GUID(0x13a3_f0f6, 0x264a, 0x3ef0, 0xf2e0_dec5_1234_2f34)
  public static let decompress = EFI_GUID(0xd811_7cfe, 0x94a6, 0x11d4, 0x9a3a_0090_273f_c14d)
  public static let hiiDatabase = EFI_GUID(0xef9f_c172, 0xa1b2, 0x4693, 0xb327_6d32_fc41_6042)
  public static let hiiString = EFI_GUID(0x0fd9_6974, 0x23aa, 0x4cdc, 0xb9cb_98d1_7750_322a)
  public static let hiiFont = EFI_GUID(0xe9ca_4775, 0x8657, 0x47fc, 0x97e7_7ed6_5a08_4324)
  public static let hiiImage = EFI_GUID(0x31a6_406a, 0x6bdf, 0x4e46, 0xb2a2_ebaa_89c4_0920)
  public static let hiiConfigRouting = EFI_GUID(
    0x587e_72d7, 0xcc50, 0x4f79, 0x8209_ca29_1fc1_a10f)
  public static let hiiConfigAccess = EFI_GUID(0x330d_4706, 0xf2a0, 0x4e4f, 0xa369_b66f_a8d5_4385)
  public static let formBrowser2 = EFI_GUID(0xb9d4_c360, 0xbcfb, 0x4f9b, 0x9298_53c1_3698_2258)
  public static let simpleNetwork = EFI_GUID(0xa198_32b9, 0xac25, 0x11d3, 0x9a2d_0090_273f_c14d)
  public static let networkInterfaceIdentifier31 = EFI_GUID(
    0x1aced566, 0x76ed, 0x4218, 0xbc81_767f_1f97_7a89)
  public static let networkInterfaceIdentifier = EFI_GUID(
    0xe18541cd, 0xf755, 0x4f73, 0x928d_643c_8a79_b229)
  public static let unicodeCollation2 = EFI_GUID(
    0xa4c7_51fc, 0x23ae, 0x4c3e, 0x92e9_4964_cf63_f349)
  public static let blockIo = EFI_GUID(0x964e_5b21, 0x6459, 0x11d2, 0x8e39_00a0_c969_723b)
  public static let diskIo = EFI_GUID(0xce34_5171, 0xba0b, 0x11d2, 0x8e4f_00a0_c969_723b)
  public static let randomNumber = EFI_GUID(0x3152_bca5, 0xeade, 0x433d, 0x862e_c01c_dc29_1f44)
  public static let cpuArch = EFI_GUID(0x26ba_ccb1, 0x6f42, 0x11d4, 0xbce7_0080_c73c_8881)
  public static let memoryAttribute = EFI_GUID(0xf4560cf6, 0x40ec, 0x4b4a, 0xa192_bf1d_57d0_b189)
  public static let globalVariable = EFI_GUID(0x8be4_df61, 0x93ca, 0x11d2, 0xaa0d_00e0_9803_2b8c)
  public static let acpi20Table = EFI_GUID(0x8868_e871, 0xe4f1, 0x11d3, 0xbc22_0080_c73c_8881)
  public static let deviceTreeTable = EFI_GUID(0xb1b6_21d5, 0xf19c, 0x41a5, 0x830b_d915_2c69_aae0)
  public static let smbiosTable = EFI_GUID(0xeb9d_2d31, 0x2d88, 0x11d3, 0x9a16_0090_273f_c14d)
  public static let smbios3Table = EFI_GUID(0xf2fd_1544, 0x9794, 0x4a2c, 0x992e_e5bb_cf20_e394)
  public static let eventExitBootServices = EFI_GUID(
    0x27ab_f055, 0xb1b8, 0x4c26, 0x8048_748f_37ba_a2df)
  public static let eventVirtualAddressChange = EFI_GUID(
    0x13fa_7698, 0xc831, 0x49c7, 0x87ea_8f43_fcc2_5196)
  public static let eventMemoryMapChange = EFI_GUID(
    0x78be_e926, 0x692f, 0x48fd, 0x9edb_0142_2ef0_d7ab)
  public static let eventReadyToBoot = EFI_GUID(
    0x7ce8_8fb3, 0x4bd7, 0x4679, 0x87a8_a8d8_dee5_0d2b)
  public static let eventBeforeExitBootServices = EFI_GUID(
    0x8be0_e274, 0x3970, 0x4b44, 0x80c5_1ab9_502f_3bfc)
}
