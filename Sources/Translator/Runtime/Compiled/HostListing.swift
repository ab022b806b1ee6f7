// The firmware driver has one back end, and shows no code to anybody.
#if !BARE_METAL
  internal import CTranslator

  /// The host code that a block becomes, for people and for those who count it. Nothing is executed,
  /// so any back end can be asked on any host.
  package struct HostListing: Sendable {
    package enum Architecture: String, CaseIterable, Sendable { case aarch64, x86_64 }

    /// What stands before the first guest instruction.
    package var entry: [UInt8] = []
    /// The code of each guest instruction.
    package var instructions: [[UInt8]] = []
    /// The jump to the next block, where the block ends with one.
    package var exit: [UInt8] = []
    /// The address the entry is at.
    package var address: UInt64 = 0
    /// How many of the instructions are left to the interpreter.
    package var interpreted = 0

    /// The first block of `bytes` as code at `address`, without counting and with links not yet made.
    /// `hostFeatures` as in `EngineConfiguration`.
    package static func make(
      bytes: [UInt8], address: UInt64, mode: ProcessorMode, features: FeatureSet,
      architecture: Architecture, hostFeatures: UInt64 = 0
    ) -> HostListing? {
      switch architecture {
      case .x86_64:
        emit(
          X86_64BackEnd.self, .x86_64, bytes: bytes, address: address, mode, features,
          hostFeatures)
      case .aarch64:
        emit(
          AArch64BackEnd.self, .aarch64, bytes: bytes, address: address, mode, features,
          hostFeatures)
      }
    }

    /// The ways into AArch64 code and out of it, as firmware has them.
    package static func stubs() -> [UInt8] {
      let start = UnsafeMutablePointer<UInt8>.allocate(capacity: codeSize)
      defer { start.deallocate() }
      var buffer = CodeBuffer(cursor: start, coldEnd: start + codeSize, start: start, base: base)
      var layout = CodeLayout()
      layout.state = data
      layout.branchTable = data + UInt64(CodeMemory.tableOffset)
      layout.base = base
      layout.letsInterruptsIn = true
      _ = AArch64BackEnd.writeStubs(&buffer, layout)
      return Array(UnsafeBufferPointer(start: start, count: Int(buffer.offset)))
    }

    private static let codeSize = 1 << 18
    /// Where the code pretends to lie, with the engine's data in front of it as in a real one.
    private static let base: UInt64 = 0x2000_0000
    private static let data: UInt64 = 0x1000_0000

    private static func emit<Host: BackEnd>(
      _: Host.Type, _ architecture: Architecture, bytes: [UInt8], address: UInt64,
      _ mode: ProcessorMode, _ features: FeatureSet, _ hostFeatures: UInt64
    ) -> HostListing? {
      let operations = UnsafeMutablePointer<Operation>.allocate(
        capacity: TranslationCache.longestBlock)
      defer { operations.deallocate() }
      let verbatim = Host.carriesGuestCode ? VerbatimForms() : nil
      defer { verbatim?.deallocate() }
      var translator = BlockTranslator(
        operations: operations, mode: mode, features: features, verbatim: verbatim)
      return bytes.withUnsafeBufferPointer { source in
        guard let code = source.baseAddress,
          let block = translator.translate(
            code, count: source.count, at: address, longest: BlockTranslator.longest)
        else { return nil }
        return emit(
          Host.self, architecture, block,
          DetachedCode(bytes: code, count: source.count, address: address), hostFeatures)
      }
    }

    private static func emit<Host: BackEnd>(
      _: Host.Type, _ architecture: Architecture, _ block: Block, _ code: DetachedCode,
      _ hostFeatures: UInt64
    ) -> HostListing {
      let start = UnsafeMutablePointer<UInt8>.allocate(capacity: codeSize)
      defer { start.deallocate() }
      start.initialize(repeating: 0, count: codeSize)
      var buffer = CodeBuffer(
        cursor: start, coldEnd: start + codeSize, start: start, base: base)
      var layout = CodeLayout()
      layout.state = data
      layout.branchTable = data + UInt64(CodeMemory.tableOffset)
      layout.base = base
      layout.isCounting = false
      layout.detached = code
      layout.hostFeatures = hostFeatures
      layout.stubs = Host.writeStubs(&buffer, layout)
      var tables = CodeTables(codeBytes: codeSize)
      defer { tables.deallocate() }
      var host = Host(layout: layout)
      defer { host.deallocate() }
      var record = CompiledBlock()
      record.address = block.address
      record.mode = block.mode
      record.byteCount = block.byteCount
      record.instructionCount = block.instructionCount
      record.code = buffer.offset
      host.write(
        block, index: 0, &record, &buffer, &tables, isChecked: false,
        sight: { _, _ in CodeSight(isWatchable: true) })
      return HostListing(record, tables, start, architecture)
    }

    private init(
      _ record: CompiledBlock, _ tables: CodeTables, _ code: UnsafePointer<UInt8>,
      _ architecture: Architecture
    ) {
      address = Self.base + UInt64(record.code)
      var at = Int(record.code)
      for n in 0..<tables.lengthCount {
        let count = Int(tables.lengths[n].host)
        instructions.append(Array(UnsafeBufferPointer(start: code + at, count: count)))
        at += count
      }
      for n in 0..<tables.exitCount {
        let exit = tables.exits[n]
        if exit.kind == .interpret || exit.kind == .leave { interpreted += 1 }
        if exit.kind == .direct && Int(exit.patch) + 4 == at { splitExit(architecture) }
      }
    }

    /// Takes the unconditional jump that links the block off its last instruction.
    private mutating func splitExit(_ architecture: Architecture) {
      guard var last = instructions.popLast() else { return }
      // E9 and a displacement; B, whose top six bits are 000101.
      let isJump =
        switch architecture {
        case .x86_64: last.count >= 5 && last[last.count - 5] == 0xE9
        case .aarch64: last.count >= 4 && last[last.count - 1] >> 2 == 0b000101
        }
      let count = isJump ? (architecture == .x86_64 ? 5 : 4) : 0
      exit = Array(last.suffix(count))
      last.removeLast(count)
      instructions.append(last)
    }
  }
#endif
