// SPDX-License-Identifier: Apache-2.0
// A battery, a power adapter and a thermal zone, which the emulator has none of. ACPI specification 6.5, chapters 10, 11.
DefinitionBlock ("battery.aml", "SSDT", 2, "HOSTEX", "BATTERY", 0x00000001)
{
    Scope (\_SB)
    {
        Device (BAT0)
        {
            Name (_HID, EisaId ("PNP0C0A"))
            Name (_UID, One)
            Method (_STA, 0) { Return (0x1F) }
            // mW: design 50 Wh, full 40 Wh, 12 V.
            Name (_BIF, Package ()
            {
                Zero, 50000, 40000, One, 12000, 4000, 2000, 10, 10, "MODEL-1", "SERIAL-1", "LION", "MAKER"
            })
            // Discharging 8 W, 30 Wh left, 11.9 V.
            Name (_BST, Package () { One, 8000, 30000, 11900 })
            Method (_PCL, 0) { Return (Package () { \_SB }) }
        }

        Device (AC0)
        {
            Name (_HID, "ACPI0003")
            Name (_UID, One)
            Method (_STA, 0) { Return (0x0F) }
            Method (_PSR, 0) { Return (Zero) }
            Method (_PCL, 0) { Return (Package () { \_SB }) }
        }
    }

    Scope (\_TZ)
    {
        ThermalZone (TZ00)
        {
            // Tenths of a kelvin: 42.0 °C now, critical at 105.
            Method (_TMP, 0) { Return (3152) }
            Method (_CRT, 0) { Return (3782) }
            Name (_TZP, 300)
        }
    }
}
