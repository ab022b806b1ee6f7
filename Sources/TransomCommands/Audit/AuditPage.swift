import Foundation

/// An audit as one page of HTML that needs nothing else: styles and pictures are in it.
enum AuditPage {
  static func html(_ entries: [AuditEntry]) -> String {
    let counts = Dictionary(grouping: entries, by: \.verdict).mapValues(\.count)
    let order: [AuditEntry.Verdict] = [
      .native, .translated, .starts, .blocked, .nothing, .malformed,
    ]
    let tiles = order.compactMap { verdict -> String? in
      guard let count = counts[verdict] else { return nil }
      return "<li class=\"\(verdict.rawValue)\"><b>\(count)</b> \(escaped(verdict.words))</li>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Option ROM audit</title>
      <style>
      \(style)
      </style>
      </head>
      <body>
      <header><h1>Option ROM audit</h1>
      <p>\(entries.count) files, and how they would do on an AArch64 server.</p>
      <ul class="tiles">\(tiles.joined())</ul></header>
      <main>
      \(entries.map(card).joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private static func card(_ entry: AuditEntry) -> String {
    let name = URL(fileURLWithPath: entry.file).lastPathComponent
    var rows: [(String, String)] = []
    if let driver = entry.driver { rows.append(("Driver", escaped(driver))) }
    if !entry.pciIDs.isEmpty { rows.append(("For", escaped(entry.pciIDs.joined(separator: ", ")))) }
    rows.append(("Images", entry.images.map(escaped).joined(separator: "<br>")))
    let signers = entry.signatures.map { signer in
      let mark =
        signer.verifies
        ? "<span class=\"good\">verifies</span>"
        : "<span class=\"bad\">\(escaped(signer.problem ?? "does not verify"))</span>"
      return "\(escaped(signer.signer)) (\(signer.algorithm)) \(mark)<br>"
        + "<small>issued by \(escaped(signer.issuer))</small>"
    }
    rows.append(("Signed by", signers.isEmpty ? "nobody" : signers.joined(separator: "<br>")))
    if !entry.modes.isEmpty {
      rows.append(("Modes", escaped(entry.modes.joined(separator: " "))))
    }
    if !entry.services.isEmpty {
      rows.append(("Calls", escaped(entry.services.joined(separator: ", "))))
    }
    if !entry.missingProtocols.isEmpty {
      rows.append(("Looked for", escaped(entry.missingProtocols.joined(separator: ", "))))
    }
    if !entry.obstacles.isEmpty {
      let items = entry.obstacles.map { "<li>\(escaped($0))</li>" }.joined()
      rows.append(("In the way", "<ul>\(items)</ul>"))
    }
    for digest in entry.authenticodeDigests {
      rows.append(("Authenticode", "<code>\(digest)</code>"))
    }
    rows.append(("SHA-256", "<code>\(entry.sha256)</code>"))
    let table = rows.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" }.joined(separator: "\n")
    let picture =
      entry.screenshot.map {
        "<img alt=\"Screen of \(escaped(name))\" src=\"data:image/png;base64,"
          + $0.base64EncodedString() + "\">"
      } ?? ""
    return """
      <article class="\(entry.verdict.rawValue)">
      <h2>\(escaped(name)) <span class="verdict">\(escaped(entry.verdict.words))</span></h2>
      <p class="path">\(escaped(entry.file)), \(entry.size) bytes</p>
      \(picture)
      <dl>
      \(table)
      </dl>
      </article>
      """
  }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  private static let style = """
    :root { color-scheme: light dark; --ink: #1c2024; --paper: #f6f7f9; --card: #fff;
      --line: #dde1e6; --dim: #667; --good: #1a7f4b; --warn: #9a6700; --bad: #b3261e; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14171a;
      --card: #1d2125; --line: #343a40; --dim: #9aa3ad; --good: #4cc38a; --warn: #e0b341;
      --bad: #ff7b72; } }
    * { box-sizing: border-box; }
    body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink);
      background: var(--paper); }
    header, main { max-width: 1200px; margin: 0 auto; padding: 24px; }
    h1 { margin: 0; font-size: 28px; }
    .tiles { list-style: none; display: flex; flex-wrap: wrap; gap: 12px; padding: 0; }
    .tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: 10px 16px; }
    .tiles b { font-size: 20px; margin-right: 4px; }
    main { display: grid; gap: 16px; padding-top: 0; align-items: start;
      grid-template-columns: repeat(auto-fill, minmax(min(520px, 100%), 1fr)); }
    article { background: var(--card); border: 1px solid var(--line);
      border-left: 5px solid var(--dim); border-radius: 8px; padding: 16px 20px; min-width: 0; }
    h2 { font-size: 17px; margin: 0; overflow-wrap: anywhere; }
    .verdict { font-size: 13px; font-weight: 600; color: var(--dim); margin-left: 6px; }
    .path { margin: 2px 0 12px; color: var(--dim); font-size: 13px; overflow-wrap: anywhere; }
    img { max-width: 100%; border-radius: 4px; margin-bottom: 12px; display: block; }
    dl { display: grid; grid-template-columns: 100px minmax(0, 1fr); gap: 4px 12px; margin: 0; }
    dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
    dd ul { margin: 0; padding-left: 18px; } code { font-size: 12px; }
    .good, li.native b, li.translated b { color: var(--good); }
    .bad, li.blocked b, li.malformed b { color: var(--bad); } li.starts b { color: var(--warn); }
    article.native, article.translated { border-left-color: var(--good); }
    article.starts { border-left-color: var(--warn); }
    article.blocked, article.malformed { border-left-color: var(--bad); }
    article.native .verdict, article.translated .verdict { color: var(--good); }
    article.starts .verdict { color: var(--warn); }
    article.blocked .verdict, article.malformed .verdict { color: var(--bad); }
    """
}
