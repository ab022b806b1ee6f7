// elf-to-pe IN.elf OUT.efi [application|driver|runtime]: a static position-independent AArch64 ELF
// file becomes a UEFI image.

import ELFToPE
import Foundation

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("elf-to-pe: \(message)\n".utf8))
  exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count == 3 || arguments.count == 4 else {
  fail("usage: elf-to-pe IN.elf OUT.efi [application|driver|runtime]")
}
let kind: ImageKind
switch arguments.count == 4 ? arguments[3] : "driver" {
case "application": kind = .application
case "driver": kind = .bootServiceDriver
case "runtime": kind = .runtimeDriver
default: fail("\(arguments[3]): not a kind of image")
}
do {
  let input = try Data(contentsOf: URL(fileURLWithPath: arguments[1]))
  let output = try convert(elf: [UInt8](input), to: kind)
  try Data(output).write(to: URL(fileURLWithPath: arguments[2]))
} catch let error as ConversionError {
  fail("\(arguments[1]): \(error.message)")
} catch {
  fail("\(error.localizedDescription)")
}
