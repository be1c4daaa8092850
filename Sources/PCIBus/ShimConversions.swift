// SPDX-License-Identifier: Apache-2.0

internal import CPCIBus
import KernelFiles

extension PCIAddress {
    init(_ address: cpcibus_address) {
        self.init(domain: address.domain, bus: address.bus, device: address.device, function: address.function)
    }

    var shim: cpcibus_address {
        cpcibus_address(domain: domain, bus: bus, device: device, function: function)
    }
}

extension PCIFunctionStatus {
    init(_ status: cpcibus_status) {
        let driver = text(of: status.driver)
        self.init(
            driver: driver.isEmpty ? nil : driver, power: RuntimeStatus(word: text(of: status.runtime_status)),
            configuration: .notRead)
    }
}

extension PCIConfigurationState {
    init(_ state: Int) {
        self =
            switch state {
            case CPCIBUS_CONFIG_ANSWERS: .answers
            case CPCIBUS_CONFIG_ALL_ONES: .allOnes
            default: .notRead
            }
    }
}

extension PCIFunction {
    init(_ function: cpcibus_function) {
        self.init(
            address: PCIAddress(function.address), vendorID: function.vendor_id, deviceID: function.device_id,
            classCode: function.class_code,
            subsystemVendorID: function.has_subsystem != 0 ? function.subsystem_vendor_id : nil,
            subsystemDeviceID: function.has_subsystem != 0 ? function.subsystem_device_id : nil,
            revision: function.has_revision != 0 ? function.revision : nil,
            numaNode: function.numa_node >= 0 ? Int(function.numa_node) : nil,
            iommuGroup: function.iommu_group >= 0 ? Int(function.iommu_group) : nil,
            isVirtualFunction: function.is_virtual_function != 0, status: PCIFunctionStatus(function.status))
    }
}

/// The text in a character array of a C struct, up to its final zero.
func text<Characters>(of characters: Characters) -> String {
    // Arrays in C structs arrive as tuples; only their bytes can be walked.
    unsafe withUnsafeBytes(of: characters) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Room for a text that a C function writes.
struct CMessage {
    static let size = Int(CPCIBUS_MESSAGE_SIZE)

    private var characters = [CChar](repeating: 0, count: size)

    /// Lends the room to a call that writes at most `size` characters and a final zero among them.
    mutating func collect(_ write: (UnsafeMutablePointer<CChar>?) -> Int32) -> Int32 {
        unsafe characters.withUnsafeMutableBufferPointer { unsafe write($0.baseAddress) }
    }

    var text: String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var optionalText: String? {
        let text = text
        return text.isEmpty ? nil : text
    }
}
