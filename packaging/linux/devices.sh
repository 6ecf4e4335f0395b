#!/bin/sh
# After the package was installed, upgraded or removed: lets the device manager read its rules again, also for what is plugged in
# already. Where none runs (a container, a folder made by debootstrap) there is nothing to tell, and that is no failure.
set -e

if [ -S /run/udev/control ] && command -v udevadm >/dev/null 2>&1; then
    udevadm control --reload-rules || true
    udevadm trigger --action=change --subsystem-match=tty --subsystem-match=usb-serial --subsystem-match=video4linux || true
fi
exit 0
