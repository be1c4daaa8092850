// SPDX-License-Identifier: Apache-2.0

/// A mode of a link: one bit of the masks of what an interface supports and what it advertises.
///
/// Source: `enum ethtool_link_mode_bit_indices` of include/uapi/linux/ethtool.h.
struct EthtoolLinkMode {
    /// Its bit.
    let bit: Int
    /// Its speed in millions of bits per second.
    let megabits: UInt32
    /// `full` where both sides may send at once, else `half`.
    let duplex: StaticString
    /// Its name without the duplex.
    let name: StaticString

    private init(_ bit: Int, _ megabits: UInt32, _ duplex: StaticString, _ name: StaticString) {
        self.bit = bit
        self.megabits = megabits
        self.duplex = duplex
        self.name = name
    }

    /// The bit of negotiating the mode, which is no mode itself.
    static let autonegotiation = 6
    /// The bit of pause frames, by which a side that has no room stops the other.
    static let pause = 13
    /// The bit of pause frames of one direction.
    static let asymmetricPause = 14

    /// The kinds of ports.
    static let ports: [(bit: Int, name: StaticString)] = [
        (7, "TP"), (8, "AUI"), (9, "MII"), (10, "FIBRE"), (11, "BNC"), (16, "Backplane"),
    ]

    /// All modes with a speed.
    static let all: [EthtoolLinkMode] = [
        EthtoolLinkMode(0, 10, "half", "10baseT"),
        EthtoolLinkMode(1, 10, "full", "10baseT"),
        EthtoolLinkMode(2, 100, "half", "100baseT"),
        EthtoolLinkMode(3, 100, "full", "100baseT"),
        EthtoolLinkMode(4, 1000, "half", "1000baseT"),
        EthtoolLinkMode(5, 1000, "full", "1000baseT"),
        EthtoolLinkMode(12, 10_000, "full", "10000baseT"),
        EthtoolLinkMode(15, 2500, "full", "2500baseX"),
        EthtoolLinkMode(17, 1000, "full", "1000baseKX"),
        EthtoolLinkMode(18, 10_000, "full", "10000baseKX4"),
        EthtoolLinkMode(19, 10_000, "full", "10000baseKR"),
        EthtoolLinkMode(20, 10_000, "full", "10000baseR_FEC"),
        EthtoolLinkMode(21, 20_000, "full", "20000baseMLD2"),
        EthtoolLinkMode(22, 20_000, "full", "20000baseKR2"),
        EthtoolLinkMode(23, 40_000, "full", "40000baseKR4"),
        EthtoolLinkMode(24, 40_000, "full", "40000baseCR4"),
        EthtoolLinkMode(25, 40_000, "full", "40000baseSR4"),
        EthtoolLinkMode(26, 40_000, "full", "40000baseLR4"),
        EthtoolLinkMode(27, 56_000, "full", "56000baseKR4"),
        EthtoolLinkMode(28, 56_000, "full", "56000baseCR4"),
        EthtoolLinkMode(29, 56_000, "full", "56000baseSR4"),
        EthtoolLinkMode(30, 56_000, "full", "56000baseLR4"),
        EthtoolLinkMode(31, 25_000, "full", "25000baseCR"),
        EthtoolLinkMode(32, 25_000, "full", "25000baseKR"),
        EthtoolLinkMode(33, 25_000, "full", "25000baseSR"),
        EthtoolLinkMode(34, 50_000, "full", "50000baseCR2"),
        EthtoolLinkMode(35, 50_000, "full", "50000baseKR2"),
        EthtoolLinkMode(36, 100_000, "full", "100000baseKR4"),
        EthtoolLinkMode(37, 100_000, "full", "100000baseSR4"),
        EthtoolLinkMode(38, 100_000, "full", "100000baseCR4"),
        EthtoolLinkMode(39, 100_000, "full", "100000baseLR4_ER4"),
        EthtoolLinkMode(40, 50_000, "full", "50000baseSR2"),
        EthtoolLinkMode(41, 1000, "full", "1000baseX"),
        EthtoolLinkMode(42, 10_000, "full", "10000baseCR"),
        EthtoolLinkMode(43, 10_000, "full", "10000baseSR"),
        EthtoolLinkMode(44, 10_000, "full", "10000baseLR"),
        EthtoolLinkMode(45, 10_000, "full", "10000baseLRM"),
        EthtoolLinkMode(46, 10_000, "full", "10000baseER"),
        EthtoolLinkMode(47, 2500, "full", "2500baseT"),
        EthtoolLinkMode(48, 5000, "full", "5000baseT"),
        EthtoolLinkMode(52, 50_000, "full", "50000baseKR"),
        EthtoolLinkMode(53, 50_000, "full", "50000baseSR"),
        EthtoolLinkMode(54, 50_000, "full", "50000baseCR"),
        EthtoolLinkMode(55, 50_000, "full", "50000baseLR_ER_FR"),
        EthtoolLinkMode(56, 50_000, "full", "50000baseDR"),
        EthtoolLinkMode(57, 100_000, "full", "100000baseKR2"),
        EthtoolLinkMode(58, 100_000, "full", "100000baseSR2"),
        EthtoolLinkMode(59, 100_000, "full", "100000baseCR2"),
        EthtoolLinkMode(60, 100_000, "full", "100000baseLR2_ER2_FR2"),
        EthtoolLinkMode(61, 100_000, "full", "100000baseDR2"),
        EthtoolLinkMode(62, 200_000, "full", "200000baseKR4"),
        EthtoolLinkMode(63, 200_000, "full", "200000baseSR4"),
        EthtoolLinkMode(64, 200_000, "full", "200000baseLR4_ER4_FR4"),
        EthtoolLinkMode(65, 200_000, "full", "200000baseDR4"),
        EthtoolLinkMode(66, 200_000, "full", "200000baseCR4"),
        EthtoolLinkMode(67, 100, "full", "100baseT1"),
        EthtoolLinkMode(68, 1000, "full", "1000baseT1"),
        EthtoolLinkMode(69, 400_000, "full", "400000baseKR8"),
        EthtoolLinkMode(70, 400_000, "full", "400000baseSR8"),
        EthtoolLinkMode(71, 400_000, "full", "400000baseLR8_ER8_FR8"),
        EthtoolLinkMode(72, 400_000, "full", "400000baseDR8"),
        EthtoolLinkMode(73, 400_000, "full", "400000baseCR8"),
        EthtoolLinkMode(75, 100_000, "full", "100000baseKR"),
        EthtoolLinkMode(76, 100_000, "full", "100000baseSR"),
        EthtoolLinkMode(77, 100_000, "full", "100000baseLR_ER_FR"),
        EthtoolLinkMode(78, 100_000, "full", "100000baseCR"),
        EthtoolLinkMode(79, 100_000, "full", "100000baseDR"),
        EthtoolLinkMode(80, 200_000, "full", "200000baseKR2"),
        EthtoolLinkMode(81, 200_000, "full", "200000baseSR2"),
        EthtoolLinkMode(82, 200_000, "full", "200000baseLR2_ER2_FR2"),
        EthtoolLinkMode(83, 200_000, "full", "200000baseDR2"),
        EthtoolLinkMode(84, 200_000, "full", "200000baseCR2"),
        EthtoolLinkMode(85, 400_000, "full", "400000baseKR4"),
        EthtoolLinkMode(86, 400_000, "full", "400000baseSR4"),
        EthtoolLinkMode(87, 400_000, "full", "400000baseLR4_ER4_FR4"),
        EthtoolLinkMode(88, 400_000, "full", "400000baseDR4"),
        EthtoolLinkMode(89, 400_000, "full", "400000baseCR4"),
        EthtoolLinkMode(90, 100, "half", "100baseFX"),
        EthtoolLinkMode(91, 100, "full", "100baseFX"),
        EthtoolLinkMode(92, 10, "full", "10baseT1L"),
        EthtoolLinkMode(93, 800_000, "full", "800000baseCR8"),
        EthtoolLinkMode(94, 800_000, "full", "800000baseKR8"),
        EthtoolLinkMode(95, 800_000, "full", "800000baseDR8"),
        EthtoolLinkMode(96, 800_000, "full", "800000baseDR8_2"),
        EthtoolLinkMode(97, 800_000, "full", "800000baseSR8"),
        EthtoolLinkMode(98, 800_000, "full", "800000baseVR8"),
        EthtoolLinkMode(99, 10, "full", "10baseT1S"),
        EthtoolLinkMode(100, 10, "half", "10baseT1S"),
        EthtoolLinkMode(101, 10, "half", "10baseT1S_P2MP"),
        EthtoolLinkMode(102, 10, "full", "10baseT1BRR"),
    ]
}
