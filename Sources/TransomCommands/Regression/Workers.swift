import Foundation

/// Work on a list by several threads, results in the list's order.
enum Workers {
  static func map<Item: Sendable, Result>(
    _ items: [Item], jobs: Int?, _ body: @escaping (Item) -> Result
  ) -> [Result] {
    let state = State<Result>(count: items.count)
    nonisolated(unsafe) let work = body
    let threads = max(1, jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, items.count))) { _ in
      while let index = state.next() { state.put(work(items[index]), at: index) }
    }
    return state.results
  }

  private final class State<Result>: @unchecked Sendable {
    private let lock = NSLock()
    private var position = 0
    private var found: [Result?]

    init(count: Int) { found = Array(repeating: nil, count: count) }

    func next() -> Int? {
      lock.withLock {
        guard position < found.count else { return nil }
        position += 1
        return position - 1
      }
    }

    func put(_ result: Result, at index: Int) { lock.withLock { found[index] = result } }

    var results: [Result] { lock.withLock { found.compactMap(\.self) } }
  }
}
