import OptionROM

extension FileReport {
  /// The listing: a line for the file, one for each image, and which one a host would run.
  var text: String {
    var lines = ["\(file): \(title), \(size) bytes, sha256 \(sha256)"]
    if let leadingBytes, leadingBytes > 0 {
      lines.append("  \(leadingBytes) bytes of vendor header before the first image")
    }
    lines += images.map { "  " + line(for: $0) }
    if let selection {
      let what =
        switch selection.way {
        case "none": "runs nothing"
        default: "runs image \(selection.image ?? 0)"
        }
      lines.append("  an AArch64 host \(what): \(selection.reason)")
    }
    return lines.joined(separator: "\n")
  }

  private var title: String {
    switch kind {
    case "efi": "EFI file"
    case "firmwareVolume": "firmware image with \(images.count) drivers"
    default: "option ROM with \(images.count) image\(images.count == 1 ? "" : "s")"
    }
  }

  private func line(for image: ImageReport) -> String {
    var parts: [String] = []
    if let name = image.name { parts.append(name) }
    parts.append("\(image.size) bytes")
    parts.append(image.type)
    if let vendor = image.vendorID, let device = image.deviceID {
      let names = [image.vendorName, image.deviceName].compactMap { $0 }
      parts.append(
        "\(vendor.dropFirst(2)):\(device.dropFirst(2))"
          + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"))
    }
    if let list = image.deviceList, !list.isEmpty {
      parts.append("also for \(list.map { String($0.dropFirst(2)) }.joined(separator: " "))")
    }
    if let code = image.classCode {
      parts.append("class \(code.dropFirst(2))" + (image.className.map { " (\($0))" } ?? ""))
    }
    if let machine = image.machine, let subsystem = image.subsystem {
      parts.append("\(machine) \(subsystem)")
    }
    if kind == "optionROM", let driver = image.driver { parts.append(driver.format) }
    if let compression = image.compression {
      parts.append(compression == "none" ? "uncompressed" : "\(compression)-compressed")
    }
    if let checksum = image.checksum { parts.append("checksum \(checksum)") }
    if kind == "optionROM" { parts.append("image sha256 \(image.sha256)") }
    if let driver = image.driver, kind != "efi" {
      parts.append("driver \(driver.size) bytes sha256 \(driver.sha256)")
    }
    if let driver = image.driver {
      if let pdb = driver.pdbName { parts.append("built as \(pdb)") }
      if driver.signed { parts.append("signed") }
    }
    return "image \(image.index) at \(hex(image.offset, digits: 8)): "
      + parts.joined(separator: ", ")
  }
}
