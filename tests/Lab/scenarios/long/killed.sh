# The same as killed.sh at every point that can be seen from outside, each way on: completed, and undone.
both=1
attach_at='noted record session sessions disk disks map'
detach_at='noted map-gone disk-gone disks-gone session-gone sessions-gone'
. "$LAB/scenarios/killed.sh"
