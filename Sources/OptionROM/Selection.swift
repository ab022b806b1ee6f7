/// Which image of a ROM a host without x86 processors would run, and why.
///
/// A native driver always wins: an x64 image next to it must not shadow it. Legacy images never
/// run.
public struct ImageSelection: Sendable {
  public enum Way: Equatable, Sendable {
    /// The host's own code.
    case native
    /// x64 code, through the translator.
    case translated
    /// No image can run.
    case none
  }

  public let way: Way
  /// Index of the image, nil if there is none.
  public let image: Int?
  /// The reason, as a sentence without a full stop.
  public let reason: String

  /// Judges `rom` for a host with processors of `host`.
  public init(from rom: OptionROM, host: Machine = .aarch64) {
    var translated: Int?
    var refusal: String?
    var sawEFI = false
    for image in rom.images where image.efi != nil {
      sawEFI = true
      guard let machine = image.efi?.machine, machine == host || machine == .x64 else {
        refusal = refusal ?? "image \(image.index) is for \(image.efi?.machine.name ?? "?")"
        continue
      }
      if let trouble = ImageSelection.trouble(with: image, of: rom) {
        refusal = refusal ?? "image \(image.index) \(trouble)"
        continue
      }
      if machine == host {
        way = .native
        self.image = image.index
        reason = "native \(host.name) EFI driver, which goes before any x64 one"
        return
      }
      translated = translated ?? image.index
    }
    if let translated {
      way = .translated
      image = translated
      reason = "x64 EFI driver through Transom; there is no usable \(host.name) image"
      return
    }
    way = .none
    image = nil
    if let refusal {
      reason = refusal
    } else if sawEFI {
      reason = "no EFI image for \(host.name) or x64"
    } else {
      reason = "no EFI image; legacy and vendor code never runs on this kind of host"
    }
  }

  /// Why an image for the right machine still cannot run, or nil if it can.
  private static func trouble(with image: OptionROM.Image, of rom: OptionROM) -> String? {
    for problem in image.problems {
      switch problem.reason {
      case .truncated, .afterLast, .zeroLength: return "is out: \(problem.message)"
      default: break
      }
    }
    let payload: OptionROM.Payload
    do {
      payload = try rom.payload(of: image.index)
    } catch {
      return "is out: \(error.message)"
    }
    do {
      let pe = try PEImage(parsing: payload.bytes)
      guard pe.machine == image.efi?.machine else {
        return
          "is out: its header says \(image.efi?.machine.name ?? "?"), its driver \(pe.machine.name)"
      }
    } catch {
      return "is out: \(error.message)"
    }
    return nil
  }
}
