import Crypto
import Foundation
import Transom

/// Recordings of devices in files.
enum RecordingFile {
  /// Sets up a run that records or replays. Returns the recorder, if there is one.
  static func attach(
    record: String?, replay: String?, _ driver: DriverSource, _ options: inout RunOptions
  ) throws -> DeviceRecorder? {
    if record != nil, replay != nil {
      throw UsageError("a run cannot both record and replay")
    }
    let hash = SHA256.hash(data: driver.rom?.bytes ?? driver.bytes)
      .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    if let replay {
      options.replay = DeviceReplay(try read(replay, driver: hash, options))
    }
    guard record != nil else { return nil }
    let recorder = DeviceRecorder(head: .init(driver: hash, platform: options.platform))
    options.recorder = recorder
    return recorder
  }

  private static func read(
    _ path: String, driver hash: String, _ options: RunOptions
  ) throws -> Recording {
    let text = String(decoding: try readWholeFile(path), as: UTF8.self)
    let recording: Recording
    do throws(RecordingError) {
      recording = try Recording(text: text)
    } catch {
      throw DriverSourceError.malformed(path: path, reason: error.description)
    }
    guard recording.head.driver == hash else {
      throw UsageError(
        "\(path): a recording of another driver: its SHA-256 is \(recording.head.driver), "
          + "this one's \(hash)")
    }
    guard recording.head.platform == options.platform else {
      throw UsageError(
        "\(path): recorded on the platform \(recording.head.platform), not \(options.platform)")
    }
    return recording
  }

  static func write(_ recording: Recording, to path: String) throws {
    do {
      try Data(recording.text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw UsageError("\(path): \(error.localizedDescription)")
    }
  }
}
