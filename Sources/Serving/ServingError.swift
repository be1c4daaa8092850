// SPDX-License-Identifier: Apache-2.0

/// Why the server could not start.
public enum ServingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text of a listen address cannot be understood.
    case invalidAddress(String, reason: String)

    /// The path of the metrics does not begin with a slash, or holds more than a path.
    case invalidTelemetryPath(String)

    /// Somebody else listens there already; `owner` is known where `/proc` shows it to this user.
    case addressInUse(ListenAddress, owner: PortOwner?)

    /// The kernel, or the resolver, refused the address for another reason.
    case cannotListen(ListenAddress, reason: String)

    /// A descriptor that the process was started with is no socket that can be served on.
    case unusableSocket(descriptor: CInt, reason: String)

    /// There is no address to listen on.
    case noAddress

    /// `start` was called twice, or after `stop`.
    case alreadyStarted

    /// One line that names what was asked for and what stands against it.
    public var description: String {
        switch self {
        case .invalidAddress(let text, let reason):
            "cannot listen on \"\(text.prefix(64))\": \(reason)"
                + " (expected :9100, 127.0.0.1:9100, [::1]:9100 or host:9100)"
        case .invalidTelemetryPath(let path):
            "the telemetry path \"\(path.prefix(64))\" must begin with / and hold no space, ? or #"
        case .addressInUse(let address, let owner?):
            "cannot listen on \(address): address already in use by \(owner)"
        case .addressInUse(let address, nil):
            "cannot listen on \(address): address already in use"
        case .cannotListen(let address, let reason):
            "cannot listen on \(address): \(reason)"
        case .unusableSocket(let descriptor, let reason):
            "cannot serve on the inherited descriptor \(descriptor): \(reason)"
        case .noAddress:
            "there is no address to listen on"
        case .alreadyStarted:
            "the server was started before"
        }
    }
}
