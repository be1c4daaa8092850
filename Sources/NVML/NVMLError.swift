// SPDX-License-Identifier: Apache-2.0

/// A call into libnvidia-ml that failed: which, how, and what the dynamic linker said where it was about loading.
public struct NVMLError: Error, Hashable, Sendable {
    /// What the call answered.
    public let code: NVMLReturn
    /// The symbol that was called, or `dlopen`.
    public let call: String
    /// The dynamic linker's reason, cut to 255 bytes; nil for everything but `dlopen`.
    public let reason: String?

    /// How far the failure reaches.
    public var recovery: NVMLRecovery {
        code.recovery
    }

    init(_ code: NVMLReturn, call: String, reason: String? = nil) {
        self.code = code
        self.call = call
        self.reason = reason
    }
}

extension NVMLError: CustomStringConvertible {
    /// One line for a log.
    public var description: String {
        guard let reason else { return "\(call): \(code)" }
        return "\(call): \(code): \(reason)"
    }
}
