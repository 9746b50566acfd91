// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title HostileToken
/// @notice A token that does what tokens have done to those who held them. For tests.
contract HostileToken is ERC20 {
    /// @notice What a transfer does.
    /// @param Honest Transfers and returns true.
    /// @param Reverts Reverts with a reason.
    /// @param ReturnsFalse Transfers nothing and returns false.
    /// @param ReturnsNothing Transfers and returns no value.
    /// @param ReturnsGarbage Transfers nothing and returns words that are no boolean.
    /// @param RevertsAtLength Reverts with 100 000 bytes.
    /// @param BurnsGas Uses all gas that it is given.
    /// @param TakesFee Takes one percent of what is transferred.
    /// @param CallsBefore Makes the prepared call before balances change.
    /// @param CallsAfter Makes the prepared call after balances changed.
    enum Mode {
        Honest,
        Reverts,
        ReturnsFalse,
        ReturnsNothing,
        ReturnsGarbage,
        RevertsAtLength,
        BurnsGas,
        TakesFee,
        CallsBefore,
        CallsAfter
    }

    /// @notice What transfers do now.
    Mode public mode;
    /// @notice Whether an account is blacklisted.
    mapping(address account => bool) public blacklisted;
    /// @notice Whether the prepared call went through when it was last made.
    bool public callSucceeded;
    /// @notice The selector of the error with which it was refused.
    bytes4 public callError;
    uint8 private _decimals = 6;

    address private _target;
    bytes private _call;

    /// @notice Thrown when an account is blacklisted.
    error Blacklisted(address account);
    /// @notice Thrown by every transfer while the token reverts.
    error Refused();

    constructor() ERC20("Hostile", "HOSTILE") {}

    /// @notice Makes `amount` units for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Says what transfers do from now on.
    function setMode(Mode mode_) external {
        mode = mode_;
    }

    /// @notice Says what its decimals are from now on.
    function setDecimals(uint8 decimals_) external {
        _decimals = decimals_;
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @notice Puts an account on the blacklist, or takes it off.
    function setBlacklisted(address account, bool value) external {
        blacklisted[account] = value;
    }

    /// @notice Says what is called from within a transfer.
    function prepare(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    /// @inheritdoc ERC20
    function transfer(address to, uint256 value) public override returns (bool) {
        if (_misbehave()) return false;
        super.transfer(to, value);
        return _answer();
    }

    /// @inheritdoc ERC20
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (_misbehave()) return false;
        super.transferFrom(from, to, value);
        return _answer();
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!blacklisted[from], Blacklisted(from));
        require(!blacklisted[to], Blacklisted(to));
        bool isTransfer = from != address(0) && to != address(0);
        if (isTransfer && mode == Mode.CallsBefore) _callOut();
        uint256 fee = isTransfer && mode == Mode.TakesFee ? value / 100 : 0;
        if (fee != 0) super._update(from, address(0), fee);
        super._update(from, to, value - fee);
        if (isTransfer && mode == Mode.CallsAfter) _callOut();
    }

    function _callOut() private {
        if (_target.code.length == 0) return;
        bytes memory data;
        // solhint-disable-next-line avoid-low-level-calls
        (callSucceeded, data) = _target.call(_call);
        callError = bytes4(data);
    }

    function _misbehave() private view returns (bool) {
        require(mode != Mode.Reverts, Refused());
        uint256 burnt;
        while (mode == Mode.BurnsGas) ++burnt;
        if (mode == Mode.RevertsAtLength) _revertWith(new bytes(100_000));
        if (mode == Mode.ReturnsGarbage) _returnWord(2);
        return mode == Mode.ReturnsFalse;
    }

    function _answer() private view returns (bool) {
        if (mode == Mode.ReturnsNothing) _returnNothing();
        return true;
    }

    // Solidity cannot say these three.
    // solhint-disable no-inline-assembly
    function _revertWith(bytes memory data) private pure {
        assembly {
            revert(add(data, 32), mload(data))
        }
    }

    function _returnWord(uint256 word) private pure {
        assembly {
            mstore(0, word)
            return(0, 32)
        }
    }

    function _returnNothing() private pure {
        assembly {
            return(0, 0)
        }
    }
}
