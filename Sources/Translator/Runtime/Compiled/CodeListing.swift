/// The host code of one block, for people to look at. Any back end can write it on any host.
package struct CodeListing {
  /// Whose code.
  package enum Target: Sendable { case aarch64, x86_64 }

  /// In front of the first instruction's code: how indirect branches get in.
  package var entry: [UInt8] = []
  /// Each guest instruction's.
  package var instructions: [[UInt8]] = []
  /// Behind them: how the block is left, and constants.
  package var exits: [UInt8] = []

  private static let codeSize = 1 << 18
  /// Where the code would be executed; as good as any.
  private static let base: UInt64 = 0x4000_0000

  /// The code of the block that `bytes` begin with, as guest code at `address`, where it need not be.
  /// Nil if there is not one instruction.
  package static func make(
    bytes: [UInt8], address: UInt64, mode: ProcessorMode, features: FeatureSet, target: Target
  ) -> CodeListing? {
    switch target {
    case .aarch64: make(AArch64BackEnd.self, bytes, address, mode, features)
    case .x86_64: make(X86_64BackEnd.self, bytes, address, mode, features)
    }
  }

  private static func make<Host: BackEnd>(
    _ host: Host.Type, _ bytes: [UInt8], _ address: UInt64, _ mode: ProcessorMode,
    _ features: FeatureSet
  ) -> CodeListing? {
    let arena = UnsafeMutablePointer<Operation>.allocate(capacity: TranslationCache.longestBlock)
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: codeSize)
    var tables = CodeTables(codeBytes: codeSize)
    defer {
      arena.deallocate()
      memory.deallocate()
      tables.deallocate()
    }
    return bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return nil }
      var translator = BlockTranslator(operations: arena, mode: mode, features: features)
      guard
        let block = translator.translate(
          start, count: source.count, at: address, longest: BlockTranslator.longest),
        block.instructionCount > 0
      else { return nil }
      var layout = CodeLayout()
      layout.base = base
      layout.state = base - (1 << 20)
      layout.branchTable = layout.state + UInt64(CodeMemory.tableOffset)
      layout.isCounting = false
      layout.detached = DetachedCode(bytes: start, count: source.count, address: address)
      var buffer = CodeBuffer(
        cursor: memory, coldEnd: memory + codeSize, start: memory, base: base)
      layout.stubs = Host.writeStubs(&buffer, layout)
      var backEnd = Host(layout: layout)
      defer { backEnd.deallocate() }
      return write(block, &backEnd, &buffer, &tables)
    }
  }

  private static func write<Host: BackEnd>(
    _ block: Block, _ backEnd: inout Host, _ buffer: inout CodeBuffer, _ tables: inout CodeTables
  ) -> CodeListing {
    var record = CompiledBlock()
    record.address = block.address
    record.byteCount = block.byteCount
    record.instructionCount = block.instructionCount
    record.mode = block.mode
    record.code = buffer.offset
    let first = buffer.cursor
    let coldEnd = buffer.coldEnd
    backEnd.write(block, index: 0, &record, &buffer, &tables, isChecked: false)
    var listing = CodeListing()
    var at = buffer.start + Int(record.code)
    listing.entry = Array(UnsafeBufferPointer(start: first, count: at - first))
    for n in 0..<Int(block.instructionCount) {
      let count = Int(tables.lengths[n].host)
      listing.instructions.append(Array(UnsafeBufferPointer(start: at, count: count)))
      at += count
    }
    listing.exits = Array(UnsafeBufferPointer(start: at, count: buffer.cursor - at))
    listing.exits += Array(
      UnsafeBufferPointer(start: buffer.coldEnd, count: coldEnd - buffer.coldEnd))
    return listing
  }
}

/// Guest code that is read elsewhere than at its address.
struct DetachedCode {
  var bytes: UnsafePointer<UInt8>
  var count: Int
  var address: UInt64
}
