// SPDX-License-Identifier: Apache-2.0

import CNVML

/// One device of one generation of the library.
///
/// Queries that a device does not support are remembered and not asked again in this generation, or until the device's
/// MIG mode changes. Everything that a reading needs is kept here and reused, so a cycle allocates nothing once it has
/// run twice. A suspended device wakes up when it is asked anything: look at its `power/runtime_status` first.
public final class NVMLDevice {
    /// The address by which it was opened, else the one that it reports; as sysfs writes it.
    ///
    /// Nil where it has none.
    public let pciAddress: String?
    /// The generation of the library in which it was opened.
    public let generation: UInt32
    let context: NVMLContext
    let handle: cnvml_device
    /// Per query the numbers (fan, clock domain, threshold; 0 for others) that the device does not support.
    private var unsupported = [UInt32](repeating: 0, count: Int(CNVML_query_count.rawValue))
    /// What went wrong since ``begin()``.
    private(set) var outcome = NVMLOutcome()
    let fields = FieldBatch(NVMLDevice.fieldRequests, number: 0)
    private var linkFields: (count: Int, batch: FieldBatch)?
    let processList = ProcessList()
    var constants: GPUConstants?
    var migSlots: [MIGSlot] = []
    var lastMIGMode: Bool?
    private var knownIdentity: GPUIdentity?

    init(handle: cnvml_device, context: NVMLContext, pciAddress: String?) {
        self.handle = handle
        self.context = context
        generation = context.generation
        self.pciAddress = pciAddress ?? Self.pciInfo(handle, context).flatMap(Self.address(of:))
    }

    /// Whether the library has not been shut down since this device was opened.
    public var isAlive: Bool {
        context.isAlive(generation)
    }

    /// Who the device is.
    ///
    /// Asked once; the answers cannot change within a generation.
    ///
    /// - Throws: what makes the device or the library unusable; a value that is not there is nil.
    public func identity() throws(NVMLError) -> GPUIdentity {
        if let knownIdentity { return knownIdentity }
        begin()
        let identity = readIdentity()
        if let fault = outcome.fault { throw fault }
        knownIdentity = identity
        return identity
    }

    /// Forgets what the device did not support, so that everything is asked once more.
    public func forgetUnsupported() {
        for query in unsupported.indices { unsupported[query] = 0 }
        constants = nil
        fields.reset()
        linkFields = nil
    }

    // MARK: Calls

    /// Starts a row of calls with nothing gone wrong.
    func begin() {
        outcome = NVMLOutcome()
        if !isAlive { outcome.fault = NVMLError(.staleHandle, call: "nvml") }
    }

    /// Makes one call; true when it worked.
    ///
    /// Not made where the device is known not to support it, or where a call before it showed that nothing can be had
    /// from the device. `remember` is false for calls about a MIG instance, which may lack what the device has.
    func ask(
        _ query: cnvml_query, of number: UInt32 = 0, remember: Bool = true, _ body: (_ library: LoadedLibrary) -> Int32
    ) -> Bool {
        guard outcome.fault == nil, isSupported(query, of: number) else { return false }
        let code = context.call(body)
        outcome.calls &+= 1
        if remember || !code.isPermanent { note(code, of: query, number) }
        return code == .success
    }

    func isSupported(_ query: cnvml_query, of number: UInt32 = 0) -> Bool {
        let index = Int(query.rawValue)
        guard unsupported.indices.contains(index) else { return false }
        return number > 31 || unsupported[index] & (1 << number) == 0
    }

    /// Files an answer under: worked, never ask again, nothing now, lost value, device gone, library gone.
    func note(_ code: NVMLReturn, of query: cnvml_query, _ number: UInt32 = 0) {
        guard code != .success else {
            outcome.answered &+= 1
            return
        }
        let noSuchNumber = code == .invalidArgument && (number > 0 || Self.isIndexed(query))
        if code.isPermanent || code == .argumentVersionMismatch || noSuchNumber {
            if number <= 31 { unsupported[Int(query.rawValue)] |= 1 << number }
            return
        }
        guard !code.isNothingNow else { return }
        let error = NVMLError(code, call: unsafe cnvml_symbol(query).map { unsafe String(cString: $0) } ?? "nvml")
        switch code.recovery {
        case .value: outcome.lose(error)
        case .device, .generation: outcome.fault = error
        }
    }

    /// Counts a call that was made without ``ask(_:of:_:)``.
    func countCall() {
        outcome.calls &+= 1
    }

    /// Files the answer for one field of a batch under the same heads.
    func noteField(_ field: cnvml_field_value) -> FieldAnswer {
        let code = NVMLReturn(rawValue: field.code)
        switch code {
        case .success:
            outcome.answered &+= 1
            return .value
        case .invalidArgument: return .never
        case .staleHandle: return .absent
        case _ where code.isPermanent: return .never
        case _ where code.isNothingNow: return .absent
        default: break
        }
        let error = NVMLError(code, call: "nvmlDeviceGetFieldValues field \(field.field)")
        switch code.recovery {
        case .value: outcome.lose(error)
        case .device, .generation: outcome.fault = error
        }
        return .absent
    }

    /// The batch for this many links.
    func links(count: Int) -> FieldBatch {
        if let linkFields, linkFields.count == count { return linkFields.batch }
        let batch = FieldBatch(Self.linkRequests(count), number: 1)
        linkFields = (count, batch)
        return batch
    }

    func u32(_ query: cnvml_query) -> UInt32? {
        var value: UInt32 = 0
        guard ask(query, { unsafe cnvml_u32($0.pointer, query, handle, &value) }) else { return nil }
        return Blank.none(value)
    }

    private static func isIndexed(_ query: cnvml_query) -> Bool {
        (CNVML_temperature_of.rawValue...CNVML_fan_speed_of.rawValue).contains(query.rawValue) || query == CNVML_fan_rpm
    }

    func pair(_ query: cnvml_query) -> (UInt32, UInt32)? {
        var first: UInt32 = 0
        var second: UInt32 = 0
        guard ask(query, { unsafe cnvml_pair($0.pointer, query, handle, &first, &second) }) else { return nil }
        return (first, second)
    }

    func u64(_ query: cnvml_query) -> UInt64? {
        var value: UInt64 = 0
        guard ask(query, { unsafe cnvml_u64($0.pointer, query, handle, &value) }) else { return nil }
        return Blank.none(value)
    }

    func indexed(_ query: cnvml_query, _ number: UInt32) -> UInt32? {
        var value: UInt32 = 0
        let worked = ask(query, of: number) { unsafe cnvml_indexed($0.pointer, query, handle, number, &value) }
        return worked ? Blank.none(value) : nil
    }

    func text(_ query: cnvml_query, room: Int) -> String? {
        guard outcome.fault == nil, isSupported(query) else { return nil }
        let (code, text) = unsafe context.text(room: room) {
            unsafe cnvml_text($0.pointer, query, handle, $1, UInt32(room))
        }
        outcome.calls &+= 1
        note(code, of: query)
        return text
    }

    // MARK: Addresses

    func pciInfo() -> cnvml_pci_info? {
        var info = cnvml_pci_info()
        return ask(CNVML_pci_info) { unsafe cnvml_get_pci_info($0.pointer, handle, &info) } ? info : nil
    }

    private static func pciInfo(_ handle: cnvml_device, _ context: NVMLContext) -> cnvml_pci_info? {
        var info = cnvml_pci_info()
        return context.call { unsafe cnvml_get_pci_info($0.pointer, handle, &info) } == .success ? info : nil
    }

    /// The library writes the domain with eight digits and letters in capitals; sysfs with four and small.
    ///
    /// The function is always 0. Nil for the place of the host bridge, which is what GPUs beside the CPU say that sit on
    /// no bus.
    private static func address(of info: cnvml_pci_info) -> String? {
        if info.domain == 0, info.bus == 0, info.device == 0 { return nil }
        return "\(hex(info.domain, 4)):\(hex(info.bus, 2)):\(hex(info.device, 2)).0"
    }

    private static func hex(_ number: UInt32, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
