// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title DataUses
/// @notice What data may be used for: codes of the GA4GH Data Use Ontology (DUO) as bits of a mask, the number of the code
/// being its bit (DUO:0000042 is bit 42), and one of our own at 63.
/// @dev DUO has two kinds of code. A *permission* says for what data may be used; some include others. A *modifier* restricts
/// whatever is permitted (not for profit, ethics approval required), so more of them allow less. Who asks for a subset of a
/// mask may therefore ask for too much: who may use data asks for no more than is permitted, and keeps to every restriction.
library DataUses {
    /// @notice NRES: no restriction; includes every other permission of DUO.
    uint64 internal constant NO_RESTRICTION = 1 << 4;
    /// @notice GRU: general research use; includes HMB, DS and POA.
    uint64 internal constant GENERAL_RESEARCH = 1 << 42;
    /// @notice HMB: health, medical or biomedical research; includes DS.
    uint64 internal constant HEALTH_RESEARCH = 1 << 6;
    /// @notice DS: research on a disease.
    uint64 internal constant DISEASE_RESEARCH = 1 << 7;
    /// @notice POA: research on population origins or ancestry.
    uint64 internal constant ANCESTRY_RESEARCH = 1 << 11;
    /// @notice CC: clinical use and care. DUO lists it with the modifiers, but by its definition it permits.
    uint64 internal constant CLINICAL_CARE = 1 << 43;
    /// @notice Training of artificial intelligence models. Our own: DUO has no code for it, and no code of DUO includes it.
    uint64 internal constant AI_TRAINING = 1 << 63;
    /// @notice NPOA: takes POA out of what is permitted.
    uint64 internal constant NO_ANCESTRY_RESEARCH = 1 << 44;

    /// @notice The permissions: the seven above.
    uint64 internal constant PERMISSIONS = 0x8000_0C00_0000_08D0;

    /// @notice The modifiers: RS 12, NMDS 15, GSO 16, NPUNCU 18, PUB 19, COL 20, IRB 21, GS 22, MOR 24, TS 25, US 26, PS 27,
    /// IS 28, RTN 29, NPOA 44, NPU 45, NCU 46.
    uint64 internal constant MODIFIERS = 0x0000_7000_3F7D_9000;

    /// @notice Whether a mask has a permission, and nothing but codes in use.
    function isWellFormed(uint64 uses) internal pure returns (bool) {
        return uses & PERMISSIONS != 0 && uses & ~(PERMISSIONS | MODIFIERS) == 0;
    }

    /// @notice Whether data that permit `permitted` may be used for `asked`: for no more, and under every restriction.
    function covers(uint64 permitted, uint64 asked) internal pure returns (bool) {
        uint64 included = permitted & PERMISSIONS;
        if (included & NO_RESTRICTION != 0) included |= GENERAL_RESEARCH | CLINICAL_CARE;
        if (included & GENERAL_RESEARCH != 0) included |= HEALTH_RESEARCH | ANCESTRY_RESEARCH;
        if (included & HEALTH_RESEARCH != 0) included |= DISEASE_RESEARCH;
        if (permitted & NO_ANCESTRY_RESEARCH != 0) included &= ~ANCESTRY_RESEARCH;
        return isWellFormed(asked) && asked & PERMISSIONS & ~included == 0 && permitted & MODIFIERS & ~asked == 0;
    }
}
