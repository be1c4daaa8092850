// SPDX-License-Identifier: Apache-2.0

import CBuildFacts
import Scraping

/// What is known of this binary.
///
/// The version comes from the file VERSION, the revision from the build.
enum BuildFacts {
    static let version: String = {
        let text = String(decoding: PackageResources.VERSION, as: UTF8.self)
        return String(text.prefix { !$0.isNewline })
    }()

    static let revision = unsafe String(cString: build_facts_revision)

    /// The version of node_exporter whose series, flags and defaults are served.
    static let compatibleVersion = "1.12.1"

    static let swiftVersion: String = {
        #if compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }()

    static let agent = AgentFacts(
        version: version, revision: revision, swiftVersion: swiftVersion, compatibleVersion: compatibleVersion)

    /// What `--version` prints.
    static var text: String {
        "host-exporter \(version)\(revision.isEmpty ? "" : " (revision \(revision))"), Swift \(swiftVersion), "
            + "serves the series of node_exporter \(compatibleVersion)"
    }
}
