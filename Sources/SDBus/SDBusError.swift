// SPDX-License-Identifier: Apache-2.0

import Glibc
import KernelFiles

/// Why a question over D-Bus has no answer.
public enum SDBusError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libsystemd cannot be opened; the linker's words.
    case notLoadable(String)
    /// The connection could not be made or was lost: the system's error number, `ETIMEDOUT` where time was up.
    case connection(errno: Int32)
    /// The other side answers with an error: its name (`org.freedesktop.DBus.Error.AccessDenied`) and its words.
    case refused(name: String, text: String)
    /// An answer has other types than its interface says.
    case unexpected(member: String)

    /// True where this user may not ask.
    public var isPermission: Bool {
        switch self {
        case .connection(let errno): errno == EACCES || errno == EPERM
        case .refused(let name, _): name == "org.freedesktop.DBus.Error.AccessDenied"
        case .notLoadable, .unexpected: false
        }
    }

    /// True where nobody is there to be asked: no socket, nobody listening, or nobody who has the name.
    public var isAbsence: Bool {
        switch self {
        case .connection(let errno): errno == ENOENT || errno == ECONNREFUSED
        case .refused(let name, _):
            name == "org.freedesktop.DBus.Error.ServiceUnknown" || name == "org.freedesktop.DBus.Error.NameHasNoOwner"
        case .notLoadable, .unexpected: false
        }
    }

    /// One line for a person.
    public var description: String {
        switch self {
        case .notLoadable(let reason): reason
        case .connection(let errno): KernelFileError.text(of: errno)
        case .refused(let name, let text): text.isEmpty ? name : "\(name): \(text)"
        case .unexpected(let member): "\(member): an answer of other types than expected"
        }
    }
}
