"""Attaches and detaches one LUN with os-brick, as OpenStack does: reads "attach" and "detach" lines, answers each with its seconds."""
import sys
import time

from oslo_concurrency import lockutils
from oslo_config import cfg

import os_brick
from os_brick import privileged
from os_brick.initiator import connector

target, user, password = sys.argv[1], sys.argv[2], sys.argv[3]
portals = sys.argv[4:]
lockutils.set_defaults('/tmp')
if hasattr(os_brick, 'setup'):
    os_brick.setup(cfg.CONF)
privileged.default.set_client_mode(False)  # privileged calls in this process: the faster of its two ways

properties = {
    'target_discovered': False, 'volume_id': 'bench', 'encrypted': False, 'access_mode': 'rw',
    'target_portal': portals[0], 'target_iqn': target, 'target_lun': 1,
    'target_portals': portals, 'target_iqns': [target] * len(portals), 'target_luns': [1] * len(portals),
}
if user != '-':
    properties.update(auth_method='CHAP', auth_username=user, auth_password=password)
iscsi = connector.InitiatorConnector.factory('ISCSI', root_helper='', use_multipath=True)

print('ready', flush=True)
device = None
for line in sys.stdin:
    start = time.monotonic()
    if line.strip() == 'attach':
        device = iscsi.connect_volume(properties)
        assert device['path'].startswith('/dev/dm-') or device['path'].startswith('/dev/mapper/'), device
    else:
        iscsi.disconnect_volume(properties, device)
    print(f'{time.monotonic() - start:.3f}', flush=True)
