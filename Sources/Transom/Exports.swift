// Options of the library are told in these rooms' types: whoever imports Transom has them.
@_exported import DeviceModels
@_exported import Trace
