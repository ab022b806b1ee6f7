/// A canonical prefix code made from frequencies, with lengths of at most 16 bits.
struct HuffmanEncoder {
  /// Bits per symbol; all zero if only one symbol (or none) occurs.
  private(set) var lengths: [UInt8]
  private(set) var codes: [UInt16]
  /// The one symbol that occurs, or nil if there are two or more. With none it is 0.
  private(set) var only: Int?

  init(frequencies: [Int]) {
    lengths = [UInt8](repeating: 0, count: frequencies.count)
    codes = [UInt16](repeating: 0, count: frequencies.count)
    var used = 0
    var last = 0
    for symbol in 0..<frequencies.count where frequencies[symbol] != 0 {
      used += 1
      last = symbol
    }
    guard used > 1 else {
      only = last
      return
    }
    // Flattening the frequencies shortens the longest code; in the end all are equal and 510
    // symbols take nine bits.
    var weights = frequencies
    while true {
      lengths = HuffmanEncoder.treeDepths(weights)
      var longest: UInt8 = 0
      for length in lengths { longest = max(longest, length) }
      if Int(longest) <= Coding.maximumCodeLength { break }
      for symbol in 0..<weights.count where weights[symbol] != 0 {
        weights[symbol] = weights[symbol] / 2 + 1
      }
    }
    assignCodes()
  }

  /// Each symbol's depth in the Huffman tree of these weights. At least two are not zero.
  private static func treeDepths(_ weights: [Int]) -> [UInt8] {
    // Two sorted queues, the leaves and the inner nodes in order of creation, give the two
    // lightest nodes without a heap.
    var leaves: [Int] = []
    for symbol in 0..<weights.count where weights[symbol] != 0 { leaves.append(symbol) }
    leaves.sort { weights[$0] != weights[$1] ? weights[$0] < weights[$1] : $0 < $1 }
    let leafCount = leaves.count
    var weight: [Int] = []
    for symbol in leaves { weight.append(weights[symbol]) }
    var parent = [Int](repeating: 0, count: 2 * leafCount - 1)
    var nextLeaf = 0
    var nextInner = leafCount
    while weight.count < 2 * leafCount - 1 {
      let made = weight.count
      var sum = 0
      for _ in 0..<2 {
        let takeLeaf =
          nextLeaf < leafCount && (nextInner >= made || weight[nextLeaf] <= weight[nextInner])
        let node = takeLeaf ? nextLeaf : nextInner
        if takeLeaf { nextLeaf += 1 } else { nextInner += 1 }
        parent[node] = made
        sum += weight[node]
      }
      weight.append(sum)
    }
    var depth = [Int](repeating: 0, count: weight.count)
    var lengths = [UInt8](repeating: 0, count: weights.count)
    var node = weight.count - 2
    while node >= 0 {
      depth[node] = depth[parent[node]] + 1
      if node < leafCount { lengths[leaves[node]] = UInt8(min(depth[node], 255)) }
      node -= 1
    }
    return lengths
  }

  private mutating func assignCodes() {
    var code = 0
    for length in 1...Coding.maximumCodeLength {
      for symbol in 0..<lengths.count where Int(lengths[symbol]) == length {
        codes[symbol] = UInt16(code)
        code += 1
      }
      code <<= 1
    }
  }
}
