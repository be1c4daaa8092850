// SPDX-License-Identifier: Apache-2.0

import KernelFiles

extension NetclassValues {
    /// Takes what a dump says of an interface, as the files of sysfs would say it.
    mutating func fill(from link: Link, _ style: Style) {
        // sysfs answers EINVAL for an interface that is switched off.
        let isUp = link.flags.contains(.up) || style.isNetlink
        self[.carrier] = isUp ? link.hasCarrier.map { $0 ? 1 : 0 } : nil
        self[.dormant] = isUp ? (link.flags.contains(.dormant) ? 1 : 0) : nil
        self[.flags] = Int64((style.isNetlink ? link.flags : link.sysfsFlags).rawValue)
        self[.carrierChanges] = link.carrierChanges.map(Int64.init)
        self[.carrierUpChanges] = link.carrierUpCount.map(Int64.init)
        self[.carrierDownChanges] = link.carrierDownCount.map(Int64.init)
        self[.interfaceID] = Int64(link.index)
        self[.interfaceLink] = Int64(link.lowerIndex)
        self[.linkMode] = Int64(link.linkMode)
        self[.mtuBytes] = Int64(link.mtuBytes)
        self[.group] = Int64(link.group)
        self[.transmitQueueLength] = Int64(link.transmitQueueLength)
        self[.protocolType] = Int64(link.hardwareType)
        operationalState = Self.text(of: link.operationalState)
    }

    /// The word of the file `operstate`.
    private static func text(of state: OperationalState) -> Bytes {
        switch state.rawValue {
        case 1: Bytes("notpresent")
        case 2: Bytes("down")
        case 3: Bytes("lowerlayerdown")
        case 4: Bytes("testing")
        case 5: Bytes("dormant")
        case 6: Bytes("up")
        default: Bytes("unknown")
        }
    }
}
