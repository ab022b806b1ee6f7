import CUEFI
import OptionROM

/// The one place that knows how PE images are parsed.
struct LoadedPE {
  var machine: UInt16
  var subsystem: UInt16
  /// Address and size in bytes of the loaded image; `pages` from `allocation`.
  var base: UInt64
  var size: UInt64
  var entry: UInt64
}
