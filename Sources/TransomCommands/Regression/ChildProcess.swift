import Foundation
import Glibc

/// A child of this process with limits on time and memory, watched until it ends.
struct ChildProcess {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case outOfTime
    case outOfMemory
    case notStarted(Int32)
  }

  /// Seconds by the host's clock.
  var timeLimit: Double
  /// Bytes resident.
  var memoryLimit: UInt64

  /// Runs a program to its end, with its output in files. A child over a limit is killed.
  func run(_ program: String, _ arguments: [String], output: String, errors: String) -> End {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let mode = mode_t(0o600)
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, flags, mode)
    posix_spawn_file_actions_addopen(&actions, 2, errors, flags, mode)
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var pid: pid_t = 0
    let problem = posix_spawn(&pid, program, &actions, nil, words, environ)
    guard problem == 0 else { return .notStarted(problem) }
    return watch(pid)
  }

  private func watch(_ pid: pid_t) -> End {
    let start = DispatchTime.now().uptimeNanoseconds
    var pause: useconds_t = 1000
    while true {
      var status: Int32 = 0
      let ended = waitpid(pid, &status, WNOHANG)
      if ended == pid { return Self.end(status) }
      if ended < 0, errno != EINTR { return .notStarted(errno) }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      if seconds > timeLimit { return kill(pid, as: .outOfTime) }
      if Self.residentBytes(pid) > memoryLimit { return kill(pid, as: .outOfMemory) }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  /// The child is ours and not yet waited for, so its number is still its own.
  private func kill(_ pid: pid_t, as end: End) -> End {
    Glibc.kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return end
  }

  private static func end(_ status: Int32) -> End {
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }

  /// Anonymous and file pages in memory (proc(5), statm).
  private static func residentBytes(_ pid: pid_t) -> UInt64 {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8) else {
      return 0
    }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (UInt64(fields[1]) ?? 0) * UInt64(getpagesize()) : 0
  }
}
