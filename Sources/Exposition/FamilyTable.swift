// SPDX-License-Identifier: Apache-2.0

/// Families that come from fields of the kernel's: a column, a file or a key each, with its unit.
///
///     enum Metric: Int, FieldKey {
///         case entries, limit
///         var row: FamilyRow {
///             switch self {
///             case .entries: FamilyRow("nf_conntrack_count", .gauge("node_nf_conntrack_entries", [], "Entries now."))
///             case .limit: FamilyRow("nf_conntrack_max", .gauge("node_nf_conntrack_entries_limit", [], "At most."))
///             }
///         }
///     }
///
/// A collector keeps `Metric.fields` and writes each number with its field: `writer.write(field, labels, number)`.
public protocol FieldKey: FamilyKey {
    /// The field that the family comes from, and the family.
    var row: FamilyRow { get }
}

/// Such families where most keys need no name, because nobody but the table speaks of them.
///
///     struct Metric: FamilyTable {
///         let rawValue: Int
///         static let rows = [
///             FamilyRow("capacity", .gauge("node_power_supply_capacity", ["power_supply"], "Charge in percent.")),
///             FamilyRow("voltage_now", .micro, .gauge("node_power_supply_voltage_volt", ["power_supply"], "Voltage.")),
///             FamilyRow(.gauge("node_power_supply_info", ["power_supply", "type?"], "1 for each power supply.")),
///         ]
///         static let info = named("node_power_supply_info")
///     }
public protocol FamilyTable: FieldKey {
    /// All families.
    static var rows: [FamilyRow] { get }
    /// The key of a row.
    init(rawValue: Int)
}

/// A field of the kernel's and the family that it becomes.
public struct FamilyRow: Sendable {
    /// The kernel's name of the key or file; empty for a column, and for a family that is made otherwise.
    let field: StaticString
    /// The column, from 0.
    let column: Int?
    /// In what the kernel counts.
    let unit: KernelUnit
    /// What the field becomes.
    let family: MetricFamily

    /// A key or a file with its family.
    public init(_ field: StaticString, _ family: MetricFamily) {
        self.init(field, .one, family)
    }

    /// A key or a file with its unit and its family.
    public init(_ field: StaticString, _ unit: KernelUnit, _ family: MetricFamily) {
        self.field = field
        column = nil
        self.unit = unit
        self.family = family
    }

    /// A column, counted from 0, with its family.
    public init(column: Int, _ family: MetricFamily) {
        self.init(column: column, .one, family)
    }

    /// A column, counted from 0, with its unit and its family.
    public init(column: Int, _ unit: KernelUnit, _ family: MetricFamily) {
        field = ""
        self.column = column
        self.unit = unit
        self.family = family
    }

    /// A family that is no field's.
    public init(_ family: MetricFamily) {
        field = ""
        column = nil
        unit = .one
        self.family = family
    }
}

/// A field as it is read: where the number is, and what it becomes.
public struct TableField<Key: FieldKey>: Sendable {
    /// The family's key.
    public let key: Key
    /// The kernel's name of the key or file; empty for a column.
    public let name: StaticString
    /// The column, from 0; 0 where the table has names.
    public let column: Int
    /// In what the kernel counts.
    public let unit: KernelUnit
}

extension FieldKey {
    /// What the field becomes.
    public var family: MetricFamily { row.family }

    /// The fields in the order of the keys; families that are made otherwise are left out.
    ///
    /// Made anew at each use, so that a collector keeps them.
    public static var fields: [TableField<Self>] {
        allCases.compactMap { key in
            let row = key.row
            guard row.column != nil || row.field.utf8CodeUnitCount > 0 else { return nil }
            return TableField(key: key, name: row.field, column: row.column ?? 0, unit: row.unit)
        }
    }
}

extension FamilyTable {
    /// The keys of all rows, in their order.
    public static var allCases: [Self] { rows.indices.map { Self(rawValue: $0) } }

    /// The row of a key.
    public var row: FamilyRow { Self.rows[rawValue] }

    /// The key of a family's name.
    ///
    /// The name must be in the table: asked for once, in a static property, so that the first use shows a wrong one.
    public static func named(_ name: String) -> Self {
        guard let index = rows.firstIndex(where: { $0.family.name == name }) else {
            preconditionFailure("no row of \(Self.self) has the family \(name)")
        }
        return Self(rawValue: index)
    }
}

/// In what the kernel counts, and so how its number becomes the value of a family in base units.
public enum KernelUnit: Sendable, Equatable {
    /// The number as it is.
    case one
    /// The number times a factor, in floating point.
    case times(Double)
    /// The number divided by another one, in floating point.
    case dividedBy(Double)
    /// The number divided by a power of ten, exactly: the digits behind the point.
    case decimal(Int)
    /// 1 for every number but 0.
    case flag

    /// Units of 1,024 bytes.
    public static let kibibytes = KernelUnit.times(1_024)
    /// Sectors of 512 bytes, which block devices count in whatever their own are.
    public static let sectors = KernelUnit.times(512)
    /// Thousandths of a second, as node_exporter converts them.
    public static let milliseconds = KernelUnit.times(0.001)
    /// Hundredths of a whole, which become a ratio.
    public static let percent = KernelUnit.decimal(2)
    /// Thousandths, of degrees for example, exactly.
    public static let milli = KernelUnit.decimal(3)
    /// Millionths: microvolts, microamperes, microwatts, as node_exporter converts them.
    public static let micro = KernelUnit.dividedBy(1_000_000)
    /// Millionths exactly, for what grows beyond the 53 bits of a double: microjoules.
    public static let exactMicro = KernelUnit.decimal(6)
    /// Tenths, of degrees for example.
    public static let tenths = KernelUnit.dividedBy(10)
    /// Ticks of USER_HZ, hundredths of a second.
    public static let ticks = KernelUnit.decimal(2)
    /// Thousands of hertz.
    public static let kilohertz = KernelUnit.times(1_000)
    /// Millions of hertz.
    public static let megahertz = KernelUnit.times(1_000_000)

    /// The value of an unsigned number.
    @inlinable
    public func value(_ number: UInt64) -> SampleValue {
        switch self {
        case .one: .unsigned(number)
        case .times(let factor): .real(Double(number) * factor)
        case .dividedBy(let divisor): .real(Double(number) / divisor)
        case .decimal(let scale): .decimal(number, scale: scale)
        case .flag: .unsigned(number == 0 ? 0 : 1)
        }
    }

    /// The value of a signed number.
    @inlinable
    public func value(_ number: Int64) -> SampleValue {
        guard number < 0 else { return value(UInt64(number)) }
        switch self {
        case .one: return .signed(number)
        case .times(let factor): return .real(Double(number) * factor)
        case .dividedBy(let divisor): return .real(Double(number) / divisor)
        case .decimal(let scale):
            var divisor = 1.0
            for _ in 0..<scale { divisor *= 10 }
            return .real(Double(number) / divisor)
        case .flag: return .unsigned(1)
        }
    }
}
