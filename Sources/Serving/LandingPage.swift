// SPDX-License-Identifier: Apache-2.0

import Pages

/// The page at `/`: where things are, and what each collector is doing.
enum LandingPage {
    /// The whole page as HTML; everything from outside is escaped.
    static func html(_ configuration: ServerConfiguration, routes: [Route], reports: [CollectorReport]) -> String {
        let title = escape(
            [configuration.productName, configuration.version].filter { !$0.isEmpty }.joined(separator: " "))
        let enabled = reports.filter(\.isEnabled).count
        var html = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>
            body { font-family: sans-serif; margin: 2em; }
            th, td { text-align: left; padding: 0.1em 1em 0.1em 0; vertical-align: top; }
            .failed, .timed_out { color: #b00020; }
            .degraded, .no_permission, .library_missing { color: #8a5a00; }
            .off { color: #666; }
            </style>
            </head>
            <body>
            <h1>\(title)</h1>
            <ul>

            """
        for route in routes where route.path != "/" {
            let path = escape(route.path)
            html += "<li><a href=\"\(path)\">\(path)</a>: \(escape(route.summary))</li>\n"
        }
        html += """
            </ul>
            <h2>Collectors</h2>
            <p>\(enabled) of \(reports.count) are enabled.</p>
            <table>
            <tr><th>Collector</th><th>Enabled</th><th>State</th><th>Reason</th></tr>

            """
        for report in reports { html += row(report) }
        return html + "</table>\n</body>\n</html>\n"
    }

    /// Escapes a text for element content and quoted attributes.
    static func escape(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func row(_ report: CollectorReport) -> String {
        let style = escape(report.stateText)
        let enabled = "\(report.isEnabled ? "yes" : "no")\(report.isEnabled == report.isDefault ? "" : " (by flag)")"
        let cells = [escape(report.name), enabled, escape(report.stateText), escape(report.reason)]
        return "<tr class=\"\(style)\">" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }
}
