import Foundation
import Glibc
import Transom

/// Waits on a TCP port of this machine for one GDB.
final class GDBServer {
  private let connection: Int32
  private var buffer: [UInt8] = []
  private var position = 0

  /// Listens on the loopback address and waits for a connection. Port 0 takes a free one; `isReady`
  /// is told which.
  init(port: UInt16, isReady: (UInt16) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw UsageError("--gdb: \(String(cString: strerror(errno)))") }
    defer { close(listener) }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 1) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    guard bound else {
      throw UsageError("--gdb \(port): \(String(cString: strerror(errno)))")
    }
    isReady(UInt16(bigEndian: address.sin_port))
    connection = accept(listener, nil, nil)
    guard connection >= 0 else { throw UsageError("--gdb: \(String(cString: strerror(errno)))") }
    setsockopt(
      connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(connection) }

  var debugger: Debugger {
    Debugger(receive: { [self] in receive(waits: $0) }, send: { [self] in send($0) })
  }

  private func receive(waits: Bool) -> UInt8? {
    if position == buffer.count {
      var room = [UInt8](repeating: 0, count: 4096)
      let count = recv(connection, &room, room.count, waits ? 0 : Int32(MSG_DONTWAIT))
      guard count > 0 else { return nil }
      buffer = Array(room.prefix(count))
      position = 0
    }
    position += 1
    return buffer[position - 1]
  }

  private func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}
