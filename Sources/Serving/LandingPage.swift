// SPDX-License-Identifier: Apache-2.0

import Pages

/// The page at `/`: where things are, and what each collector is doing.
///
/// Its HTML is the file LandingPage.html, which is part of the binary.
enum LandingPage {
    /// The whole page.
    static func html(_ configuration: ServerConfiguration, routes: [Route], reports: [CollectorReport]) -> String {
        let title = [configuration.productName, configuration.version].filter { !$0.isEmpty }.joined(separator: " ")
        let texts = [
            "title": title, "enabled": "\(reports.count(where: \.isEnabled))", "known": "\(reports.count)",
        ]
        let links = routes.filter { $0.path != "/" }.map { ["path": $0.path, "summary": $0.summary] }
        let template = String(decoding: PackageResources.LandingPage_html, as: UTF8.self)
        return HTMLTemplate.fill(
            template[...], texts, lists: ["links": links, "collectors": reports.map(LandingPage.row)])
    }

    private static func row(_ report: CollectorReport) -> [String: String] {
        let isByFlag = report.isEnabled != report.isDefault
        return [
            "name": report.name, "enabled": (report.isEnabled ? "yes" : "no") + (isByFlag ? " (by flag)" : ""),
            "state": report.stateText, "reason": report.reason,
        ]
    }
}
