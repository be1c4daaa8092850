// SPDX-License-Identifier: Apache-2.0

/// What the agent says of itself in its build information.
public struct AgentFacts: Sendable {
    /// The product's version, for example `0.1.0`.
    public let version: String
    /// The commit it was built from, empty where that is not known.
    public let revision: String
    /// The compiler's version, for example `6.3.1`.
    public let swiftVersion: String
    /// The version of node_exporter whose series it serves.
    public let compatibleVersion: String
    /// Whether pages say more of the agent than which node_exporter it stands for.
    public var showsAgent: Bool

    /// The facts.
    public init(
        version: String, revision: String, swiftVersion: String, compatibleVersion: String, showsAgent: Bool = true
    ) {
        self.version = version
        self.revision = revision
        self.swiftVersion = swiftVersion
        self.compatibleVersion = compatibleVersion
        self.showsAgent = showsAgent
    }
}
