/// The signatures of the services and protocol members that traces name, as data.
///
/// A line in brackets opens a table or protocol. Each further line is one member:
/// `Name argument:type …` and `-> type` where the result is not an EFI_STATUS. A `!` behind a
/// type marks an argument that belongs to the conversation, which two runs on different
/// platforms must share; addresses and handles do not. The types are the cases of `ValueType`.
/// `bytes(width,count)` is a buffer whose element width and count are the arguments so named.
enum ServiceTable {
  static let text = """
    [BootServices]
    RaiseTPL newTpl:tpl -> tpl
    RestoreTPL oldTpl:tpl -> none
    AllocatePages type:allocateType! memoryType:memoryType pages:uintn! memory:addressInOut
    FreePages memory:address pages:uintn!
    GetMemoryMap size:uintnInOut map:pointer key:pointer descriptorSize:pointer version:pointer
    AllocatePool memoryType:memoryType size:uintn buffer:out
    FreePool buffer:pointer
    CreateEvent type:eventType! notifyTpl:tpl notify:pointer context:pointer event:out
    SetTimer event:handle type:timerType triggerTime:uint64
    WaitForEvent count:uintn events:pointer index:out
    SignalEvent event:handle
    CloseEvent event:handle
    CheckEvent event:handle
    InstallProtocolInterface handle:handleInOut protocol:guid! type:uintn interface:pointer
    ReinstallProtocolInterface handle:handle protocol:guid! old:pointer new:pointer
    UninstallProtocolInterface handle:handle protocol:guid! interface:pointer
    HandleProtocol handle:handle protocol:guid! interface:out
    RegisterProtocolNotify protocol:guid! event:handle registration:out
    LocateHandle search:locateSearch! protocol:guid! key:pointer size:uintnInOut buffer:pointer
    LocateDevicePath protocol:guid! path:pointer device:out
    InstallConfigurationTable guid:guid! table:pointer
    LoadImage bootPolicy:boolean parent:handle path:pointer source:pointer size:uintn image:out
    StartImage image:handle exitDataSize:pointer exitData:pointer
    Exit image:handle status:status! exitDataSize:uintn exitData:pointer
    UnloadImage image:handle
    ExitBootServices image:handle key:uintn
    GetNextMonotonicCount count:out
    Stall microseconds:uintn!
    SetWatchdogTimer timeout:uintn! code:uint64 dataSize:uintn data:pointer
    ConnectController controller:handle driver:pointer path:pointer recursive:boolean!
    DisconnectController controller:handle driver:handle child:handle
    OpenProtocol handle:handle protocol:guid! interface:out agent:handle controller:handle \
    attributes:openAttributes!
    CloseProtocol handle:handle protocol:guid agent:handle controller:handle
    OpenProtocolInformation handle:handle protocol:guid! entries:out count:out
    ProtocolsPerHandle handle:handle buffer:out count:out
    LocateHandleBuffer search:locateSearch! protocol:guid! key:pointer count:out buffer:out
    LocateProtocol protocol:guid! registration:pointer interface:out
    InstallMultipleProtocolInterfaces handle:handleInOut protocols:interfaces!
    UninstallMultipleProtocolInterfaces handle:handle protocols:interfaces!
    CalculateCrc32 data:pointer size:uintn crc:out
    CopyMem destination:pointer source:pointer length:uintn -> none
    SetMem buffer:pointer size:uintn value:uint8 -> none
    CreateEventEx type:eventType! notifyTpl:tpl notify:pointer context:pointer group:guid event:out

    [RuntimeServices]
    GetTime time:pointer capabilities:pointer
    SetTime time:pointer
    GetWakeupTime enabled:pointer pending:pointer time:pointer
    SetWakeupTime enable:boolean time:pointer
    SetVirtualAddressMap size:uintn descriptorSize:uintn version:uint32 map:pointer
    ConvertPointer disposition:uintn address:pointer
    GetVariable name:string16! vendor:guid! attributes:pointer size:uintnInOut data:pointer
    GetNextVariableName size:uintnInOut name:string16 vendor:guid
    SetVariable name:string16! vendor:guid! attributes:uint32! size:uintn data:pointer
    GetNextHighMonotonicCount count:out
    ResetSystem type:uintn status:status size:uintn data:pointer -> none
    UpdateCapsule capsules:pointer count:uintn list:uint64
    QueryCapsuleCapabilities capsules:pointer count:uintn maximum:pointer resetType:pointer
    QueryVariableInfo attributes:uint32 maximum:out remaining:out maximumVariable:out

    [PciIo]
    PollMem this:skip width:pciWidth! bar:uint8! offset:hex! mask:uint64! value:uint64! \
    delay:uint64 result:out
    PollIo this:skip width:pciWidth! bar:uint8! offset:hex! mask:uint64! value:uint64! \
    delay:uint64 result:out
    Mem.Read this:skip width:pciWidth! bar:uint8! offset:hex! count:uintn! \
    buffer:bytes(width,count)!
    Mem.Write this:skip width:pciWidth! bar:uint8! offset:hex! count:uintn! \
    buffer:bytes(width,count)!
    Io.Read this:skip width:pciWidth! bar:uint8! offset:hex! count:uintn! \
    buffer:bytes(width,count)!
    Io.Write this:skip width:pciWidth! bar:uint8! offset:hex! count:uintn! \
    buffer:bytes(width,count)!
    Pci.Read this:skip width:pciWidth! offset:hex! count:uintn! buffer:bytes(width,count)
    Pci.Write this:skip width:pciWidth! offset:hex! count:uintn! buffer:bytes(width,count)
    CopyMem this:skip width:pciWidth! destinationBar:uint8! destination:uint64! sourceBar:uint8! \
    source:uint64! count:uintn!
    Map this:skip operation:uintn! host:pointer bytes:uintnInOut device:out mapping:out
    Unmap this:skip mapping:pointer
    AllocateBuffer this:skip type:allocateType memoryType:memoryType pages:uintn! host:out \
    attributes:uint64
    FreeBuffer this:skip pages:uintn! host:pointer
    Flush this:skip
    GetLocation this:skip segment:out bus:out device:out function:out
    Attributes this:skip operation:attributeOperation! attributes:hex! result:out
    GetBarAttributes this:skip bar:uint8! supports:out resources:out
    SetBarAttributes this:skip attributes:hex! bar:uint8! offset:pointer length:pointer

    [PciRootBridgeIo]
    PollMem this:skip width:pciWidth! address:hex! mask:uint64 value:uint64 delay:uint64 result:out
    PollIo this:skip width:pciWidth! address:hex! mask:uint64 value:uint64 delay:uint64 result:out
    Mem.Read this:skip width:pciWidth! address:hex count:uintn! buffer:bytes(width,count)
    Mem.Write this:skip width:pciWidth! address:hex count:uintn! buffer:bytes(width,count)
    Io.Read this:skip width:pciWidth! address:hex! count:uintn! buffer:bytes(width,count)
    Io.Write this:skip width:pciWidth! address:hex! count:uintn! buffer:bytes(width,count)
    Pci.Read this:skip width:pciWidth! address:hex! count:uintn! buffer:bytes(width,count)
    Pci.Write this:skip width:pciWidth! address:hex! count:uintn! buffer:bytes(width,count)
    CopyMem this:skip width:pciWidth! destination:hex source:hex count:uintn!
    Map this:skip operation:uintn! host:pointer bytes:uintnInOut device:out mapping:out
    Unmap this:skip mapping:pointer
    AllocateBuffer this:skip type:allocateType memoryType:memoryType pages:uintn! host:out \
    attributes:uint64
    FreeBuffer this:skip pages:uintn! host:pointer
    Flush this:skip
    GetAttributes this:skip supports:out attributes:out
    SetAttributes this:skip attributes:hex! base:pointer length:pointer
    Configuration this:skip resources:out

    [Pcd]
    SetSku sku:uintn! -> none
    Get8 token:hex! -> uint8
    Get16 token:hex! -> uint16
    Get32 token:hex! -> uint32
    Get64 token:hex! -> uint64
    GetPtr token:hex! -> pointer
    GetBool token:hex! -> boolean
    GetSize token:hex! -> uintn
    Get8Ex space:guid! token:hex! -> uint8
    Get16Ex space:guid! token:hex! -> uint16
    Get32Ex space:guid! token:hex! -> uint32
    Get64Ex space:guid! token:hex! -> uint64
    GetPtrEx space:guid! token:hex! -> pointer
    GetBoolEx space:guid! token:hex! -> boolean
    GetSizeEx space:guid! token:hex! -> uintn
    Set8 token:hex! value:hex8!
    Set16 token:hex! value:hex16!
    Set32 token:hex! value:hex32!
    Set64 token:hex! value:hex!
    SetPtr token:hex! size:uintnInOut buffer:pointer
    SetBool token:hex! value:boolean!

    [DevicePathUtilities]
    GetDevicePathSize path:pointer -> uintn
    DuplicateDevicePath path:pointer -> pointer
    AppendDevicePath first:pointer second:pointer -> pointer
    AppendDeviceNode path:pointer node:pointer -> pointer
    AppendDevicePathInstance path:pointer instance:pointer -> pointer
    GetNextDevicePathInstance path:pointer size:out -> pointer
    IsDevicePathMultiInstance path:pointer -> boolean
    CreateDeviceNode type:uint8! subType:uint8! length:uint16! -> pointer

    [SimpleTextOutput]
    Reset this:skip extended:boolean
    OutputString this:skip text:string16!
    TestString this:skip text:string16!
    QueryMode this:skip mode:uintn columns:out rows:out
    SetMode this:skip mode:uintn!
    SetAttribute this:skip attribute:uintn!
    ClearScreen this:skip
    SetCursorPosition this:skip column:uintn! row:uintn!
    EnableCursor this:skip visible:boolean!

    [SimpleTextInput]
    Reset this:skip extended:boolean
    ReadKeyStroke this:skip key:pointer

    [Decompress]
    GetInfo this:skip source:pointer size:uint32 destinationSize:out scratchSize:out
    Decompress this:skip source:pointer sourceSize:uint32 destination:pointer \
    destinationSize:uint32 scratch:pointer scratchSize:uint32

    [DriverBinding]
    Supported this:skip controller:handle remaining:pointer
    Start this:skip controller:handle remaining:pointer
    Stop this:skip controller:handle count:uintn children:pointer

    [GraphicsOutput]
    QueryMode this:skip mode:uint32! size:out info:out
    SetMode this:skip mode:uint32!
    Blt this:skip buffer:pointer operation:uint32! sourceX:uintn! sourceY:uintn! \
    destinationX:uintn! destinationY:uintn! width:uintn! height:uintn! delta:uintn!
    """
}
