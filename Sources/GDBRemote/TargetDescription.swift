/// The x86-64 registers as GDB numbers them, and the XML that tells it (GDB manual, G.5).
public enum TargetDescription {
  public struct Register: Sendable, Equatable {
    public var name: String
    /// Bytes.
    public var size: Int
    var type: String
  }

  /// In the order of `g` packets. General registers are RAX RBX RCX RDX RSI RDI RBP RSP R8–R15.
  public static let registers: [Register] = core + vector

  private static let core: [Register] =
    ["rax", "rbx", "rcx", "rdx", "rsi", "rdi"].map { Register(name: $0, size: 8, type: "int64") }
    + ["rbp", "rsp"].map { Register(name: $0, size: 8, type: "data_ptr") }
    + (8...15).map { Register(name: "r\($0)", size: 8, type: "int64") }
    + [
      Register(name: "rip", size: 8, type: "code_ptr"),
      Register(name: "eflags", size: 4, type: "i386_eflags"),
    ]
    + ["cs", "ss", "ds", "es", "fs", "gs"].map { Register(name: $0, size: 4, type: "int32") }
    + (0...7).map { Register(name: "st\($0)", size: 10, type: "i387_ext") }
    + ["fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"].map {
      Register(name: $0, size: 4, type: "int")
    }

  private static let vector: [Register] =
    (0...15).map { Register(name: "xmm\($0)", size: 16, type: "vec128") }
    + [Register(name: "mxcsr", size: 4, type: "i386_mxcsr")]

  static let xml = """
    <?xml version="1.0"?>
    <!DOCTYPE target SYSTEM "gdb-target.dtd">
    <target version="1.0">
    <architecture>i386:x86-64</architecture>
    <feature name="org.gnu.gdb.i386.core">
    <flags id="i386_eflags" size="4">
    <field name="CF" start="0" end="0"/><field name="" start="1" end="1"/>
    <field name="PF" start="2" end="2"/><field name="AF" start="4" end="4"/>
    <field name="ZF" start="6" end="6"/><field name="SF" start="7" end="7"/>
    <field name="TF" start="8" end="8"/><field name="IF" start="9" end="9"/>
    <field name="DF" start="10" end="10"/><field name="OF" start="11" end="11"/>
    </flags>
    \(lines(core))
    </feature>
    <feature name="org.gnu.gdb.i386.sse">
    <vector id="v4f" type="ieee_single" count="4"/>
    <vector id="v2d" type="ieee_double" count="2"/>
    <vector id="v16i8" type="int8" count="16"/>
    <vector id="v8i16" type="int16" count="8"/>
    <vector id="v4i32" type="int32" count="4"/>
    <vector id="v2i64" type="int64" count="2"/>
    <union id="vec128">
    <field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>
    <field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/>
    <field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/>
    <field name="uint128" type="uint128"/>
    </union>
    <flags id="i386_mxcsr" size="4">
    <field name="IE" start="0" end="0"/><field name="DE" start="1" end="1"/>
    <field name="ZE" start="2" end="2"/><field name="OE" start="3" end="3"/>
    <field name="UE" start="4" end="4"/><field name="PE" start="5" end="5"/>
    <field name="DAZ" start="6" end="6"/><field name="FZ" start="15" end="15"/>
    </flags>
    \(lines(vector))
    </feature>
    </target>
    """

  private static func lines(_ registers: [Register]) -> String {
    registers.map {
      "<reg name=\"\($0.name)\" bitsize=\"\($0.size * 8)\" type=\"\($0.type)\"/>"
    }.joined(separator: "\n")
  }
}
