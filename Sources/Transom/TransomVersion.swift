/// The version that traces, bundles and reports carry.
public enum TransomVersion {
  public static let current = "0.1.0"
}
