import CUEFI

/// The real-time clock (UEFI 2.10, 8.3), which runs on virtual time.
public final class WallClock {
  /// Seconds since 1970-01-01 at virtual time zero; SetTime moves it.
  private var base: Int64
  private var baseNanoseconds: Int64 = 0
  private var zone: Int16 = 0
  private var daylight: UInt8 = 0

  /// The last second an EFI_TIME can say: 9999-12-31T23:59:59.
  private static let lastSecond: Int64 = 253_402_300_799

  /// `epoch` in seconds since 1970-01-01; at most what an EFI_TIME can say.
  public init(epoch: UInt64) { base = min(Int64(clamping: epoch), Self.lastSecond) }

  /// The time now, `elapsed` nanoseconds of virtual time after the start.
  public func time(elapsed: UInt64) -> EFI_TIME {
    let total = baseNanoseconds + Int64(elapsed % 1_000_000_000)
    let seconds = base + Int64(elapsed / 1_000_000_000) + total / 1_000_000_000
    var time = EFI_TIME()
    // Rounded down: a clock may be set before 1970.
    let rest = (seconds % 86_400 + 86_400) % 86_400
    let days = (seconds - rest) / 86_400
    let (year, month, day) = Self.civil(days)
    time.Year = UInt16(clamping: year)
    time.Month = UInt8(month)
    time.Day = UInt8(day)
    time.Hour = UInt8(rest / 3600)
    time.Minute = UInt8(rest / 60 % 60)
    time.Second = UInt8(rest % 60)
    time.Nanosecond = UInt32(total % 1_000_000_000)
    time.TimeZone = zone
    time.Daylight = daylight
    return time
  }

  /// SetTime.
  public func set(_ time: EFI_TIME, elapsed: UInt64) throws(FirmwareError) {
    guard Self.isValid(time) else { throw .invalidParameter }
    let seconds =
      Self.days(Int64(time.Year), Int64(time.Month), Int64(time.Day)) * 86_400
      + Int64(time.Hour) * 3600 + Int64(time.Minute) * 60 + Int64(time.Second)
    base = seconds - Int64(elapsed / 1_000_000_000)
    baseNanoseconds = Int64(time.Nanosecond) - Int64(elapsed % 1_000_000_000)
    if baseNanoseconds < 0 {
      baseNanoseconds += 1_000_000_000
      base -= 1
    }
    zone = time.TimeZone
    daylight = time.Daylight
  }

  /// The ranges of 8.3.
  public static func isValid(_ time: EFI_TIME) -> Bool {
    guard (1900...9999).contains(time.Year), (1...12).contains(time.Month), time.Day >= 1,
      time.Hour <= 23, time.Minute <= 59, time.Second <= 59, time.Nanosecond <= 999_999_999,
      (-1440...1440).contains(time.TimeZone)
        || time.TimeZone == Int16(EFI_UNSPECIFIED_TIMEZONE),
      time.Daylight & ~3 == 0
    else { return false }
    let leap =
      time.Year % 4 == 0 && (time.Year % 100 != 0 || time.Year % 400 == 0)
    let lengths: [UInt8] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return time.Day <= lengths[Int(time.Month) - 1]
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so
  /// that the leap day is the last of its year.
  static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
      + (monthFromMarch * 306 + 5) / 10 + day - 1 - 719_468
  }

  static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // Guess from the mean length of a year, then correct.
    var year = 1970 + days * 400 / 146_097
    while Self.days(year + 1, 1, 1) <= days { year += 1 }
    while Self.days(year, 1, 1) > days { year -= 1 }
    var month: Int64 = 12
    while Self.days(year, month, 1) > days { month -= 1 }
    return (year, month, days - Self.days(year, month, 1) + 1)
  }
}
