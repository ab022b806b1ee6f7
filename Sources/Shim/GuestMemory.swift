/// A registered image. Sizes in bytes.
public struct GuestImage: Equatable {
  public var base: UInt64
  public var size: UInt64
  /// The embedder's identifier, for reports.
  public var name: UInt32

  public init(base: UInt64, size: UInt64, name: UInt32) {
    self.base = base
    self.size = size
    self.name = name
  }
}

public enum RegistrationError: Error, Equatable {
  /// Size zero, or the range wraps around.
  case badRange
  /// The range overlaps the image registered at `base`.
  case overlaps(base: UInt64)
  case tooManyImages
  case tooManyPages
  /// Nothing is mapped at the address, or its attributes cannot be changed.
  case cannotProtect(address: UInt64)
  case notRegistered
}

/// The images and allocations that hold guest code, and the protection of their pages.
struct GuestMemory<Host: HostContract> {
  static var maximumImages: Int { 512 }
  static var pageSize: UInt64 { 4096 }

  let host: Host
  private(set) var pages: PageTable
  /// Sorted by base.
  private let images: UnsafeMutablePointer<GuestImage>
  private(set) var imageCount = 0

  init(host: Host) {
    self.host = host
    pages = PageTable(capacityBits: 15)
    images = .allocate(capacity: Self.maximumImages)
  }

  func deallocate() {
    pages.deallocate()
    images.deallocate()
  }

  /// Whether an address lies in a page whose execution the shim has taken over.
  func contains(_ address: UInt64) -> Bool { pages.find(address / Self.pageSize) != nil }

  /// Position of the first image whose base is above `address`.
  private func upperBound(_ address: UInt64) -> Int {
    var low = 0
    var high = imageCount
    while low < high {
      let middle = (low + high) / 2
      if images[middle].base <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func image(at address: UInt64) -> GuestImage? {
    let index = upperBound(address)
    guard index > 0, address &- images[index - 1].base < images[index - 1].size else { return nil }
    return images[index - 1]
  }

  func image(index: Int) -> GuestImage { images[index] }

  /// All or nothing: an error leaves pages and table as they were.
  mutating func register(_ image: GuestImage) throws(RegistrationError) {
    let (end, overflow) = image.base.addingReportingOverflow(image.size)
    guard image.size > 0, !overflow, end <= UInt64.max - Self.pageSize else { throw .badRange }
    guard imageCount < Self.maximumImages else { throw .tooManyImages }
    let index = upperBound(image.base)
    if index > 0, image.base - images[index - 1].base < images[index - 1].size {
      throw .overlaps(base: images[index - 1].base)
    }
    if index < imageCount, images[index].base < end { throw .overlaps(base: images[index].base) }
    try takePages(from: image.base, to: end, adopted: false)
    var position = imageCount
    while position > index {
      images[position] = images[position - 1]
      position -= 1
    }
    images[index] = image
    imageCount += 1
  }

  /// Returns the image that was registered, its pages given back.
  mutating func unregister(base: UInt64) throws(RegistrationError) -> GuestImage {
    let index = upperBound(base)
    guard index > 0, images[index - 1].base == base else { throw .notRegistered }
    let image = images[index - 1]
    for position in index..<imageCount { images[position - 1] = images[position] }
    imageCount -= 1
    releasePages(from: image.base, to: image.base + image.size, adopted: false)
    return image
  }

  // MARK: Pages

  /// Takes over the pages of a range that the guest allocated for code of its own.
  mutating func adopt(_ address: UInt64, count: UInt64) throws(RegistrationError) {
    let (end, overflow) = address.addingReportingOverflow(count)
    guard count > 0, !overflow, end <= UInt64.max - Self.pageSize else { throw .badRange }
    try takePages(from: address, to: end, adopted: true)
  }

  /// Gives adopted pages of a range back. Returns how many there were.
  @discardableResult
  mutating func abandon(_ address: UInt64, count: UInt64) -> Int {
    let (end, overflow) = address.addingReportingOverflow(count)
    guard count > 0, !overflow, end <= UInt64.max - Self.pageSize else { return 0 }
    return releasePages(from: address, to: end, adopted: true)
  }

  /// Someone has set new attributes on a range: they become what is given back, and the pages
  /// the shim holds lose their permission to execute again.
  mutating func attributesChanged(_ address: UInt64, count: UInt64) {
    let (end, overflow) = address.addingReportingOverflow(count)
    guard count > 0, !overflow else { return }
    var page = address / Self.pageSize
    while page <= (end - 1) / Self.pageSize {
      let start = page * Self.pageSize
      if let entry = pages.find(page), let run = host.pageRun(at: start), run.isExecutable {
        entry.pointee.attributes = run.attributes
        _ = host.setAttributes(
          run.attributes, from: start, to: start + Self.pageSize, executable: false)
      }
      page += 1
    }
  }

  private mutating func takePages(
    from base: UInt64, to end: UInt64, adopted: Bool
  ) throws(RegistrationError) {
    let first = base / Self.pageSize
    let last = (end - 1) / Self.pageSize
    guard last - first < UInt64(pages.capacity - pages.count) else { throw .tooManyPages }
    var page = first
    while page <= last {
      if let entry = pages.find(page) {
        entry.pointee.references += 1
        if adopted { entry.pointee.adoptions += 1 }
        page += 1
        continue
      }
      let address = page * Self.pageSize
      guard let run = host.pageRun(at: address), run.end > address else {
        releaseTaken(from: first, to: page, adopted: adopted)
        throw .cannotProtect(address: address)
      }
      // As many new pages as share these attributes, with one call.
      var stop = page + 1
      while stop <= last, stop * Self.pageSize < run.end, pages.find(stop) == nil { stop += 1 }
      guard
        host.setAttributes(
          run.attributes, from: address, to: stop * Self.pageSize, executable: false)
      else {
        releaseTaken(from: first, to: page, adopted: adopted)
        throw .cannotProtect(address: address)
      }
      while page < stop {
        _ = pages.insert(page, attributes: run.attributes)
        if let entry = pages.find(page) {
          entry.pointee.references = 1
          entry.pointee.adoptions = adopted ? 1 : 0
        }
        page += 1
      }
    }
  }

  private mutating func releaseTaken(from first: UInt64, to stop: UInt64, adopted: Bool) {
    guard stop > first else { return }
    releasePages(from: first * Self.pageSize, to: stop * Self.pageSize, adopted: adopted)
  }

  @discardableResult
  private mutating func releasePages(from base: UInt64, to end: UInt64, adopted: Bool) -> Int {
    var released = 0
    var page = base / Self.pageSize
    let last = (end - 1) / Self.pageSize
    while page <= last {
      defer { page += 1 }
      guard let entry = pages.find(page) else { continue }
      if adopted {
        guard entry.pointee.adoptions > 0 else { continue }
        entry.pointee.adoptions -= 1
      } else if entry.pointee.references == entry.pointee.adoptions {
        continue
      }
      released += 1
      entry.pointee.references -= 1
      guard entry.pointee.references == 0 else { continue }
      let attributes = entry.pointee.attributes
      pages.remove(page)
      _ = host.setAttributes(
        attributes, from: page * Self.pageSize, to: (page + 1) * Self.pageSize, executable: true)
    }
    return released
  }
}
