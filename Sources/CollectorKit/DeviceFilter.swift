// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

/// Which devices (or mount points, chips, sensors) a collector shows: an include and an exclude expression, of which
/// only one may be given.
public struct DeviceFilter: Sendable {
    private let include: Pattern?
    private let exclude: Pattern?

    /// A filter of two options.
    ///
    /// An include that is given puts the exclude's default out of force; both given is an error.
    public init(_ options: Options, include: Flag<Pattern?>?, exclude: Flag<Pattern?>?) throws(ConfigurationError) {
        let includePattern: Pattern? = if let include { try options.pattern(include) } else { nil }
        if let include, let exclude, includePattern != nil, options.isGiven(exclude), !options.source(exclude).isEmpty {
            let other = exclude.descriptor.name
            throw ConfigurationError(
                flag: include.descriptor.name, "cannot be used together with --\(other); give one of the two")
        }
        self.include = includePattern
        self.exclude =
            if let exclude, includePattern == nil { try options.pattern(exclude) } else { nil }
    }

    /// True where a device of this name is not to be shown.
    public func ignores(_ name: Bytes) -> Bool {
        if let exclude, exclude.matches(name) { return true }
        if let include, !include.matches(name) { return true }
        return false
    }

    /// True where a device of this name is not to be shown; for names that are kept as strings.
    public func ignores(_ name: String) -> Bool {
        if let exclude, exclude.matches(name) { return true }
        if let include, !include.matches(name) { return true }
        return false
    }

    /// True where every device is shown.
    public var isEmpty: Bool { include == nil && exclude == nil }
}
