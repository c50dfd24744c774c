// A plug-in for StorageConnect in JavaScript: the protocol of docs/plugin-protocol.md, for a made-up array whose whole state is one JSON file.
// ExtraInfo of the server: Folder=<an existing folder>.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { Connection, PluginError } from './connection.mjs';

const MOST_ENTRIES = 16;
const CAPACITY = 2 ** 44;
const CHUNK = 256;

const ability = {
  Snapshot: 'Unsupported', CustomSnapName: 'No', SnapIsSync: 'Yes',
  Clone: 'Unsupported', CustomCloneName: 'No', CloneIsSync: 'Yes',
  Resize: 'Online', ResizeIsSync: 'Yes',
  SplitClone: 'Unsupported', SplitCloneIsSync: 'Yes', SplitCloneWhileOpen: 'No',
  SnapClone: 'Unsupported', SnapCloneIsSync: 'Yes',
  RequireStorageName: 'No', AccessControl: 'Yes', MaxAccessEntries: MOST_ENTRIES,
};

const descriptor = {
  ClassName: 'crate.CratePlugin', Name: 'Crate', Vendor: 'Example', Version: '1.0.0-1',
  Description: 'A made-up array in a JSON file, to show the plug-in protocol.',
  StorageTypes: ['SAN'], RequiredApiVersion: '1.2.10', ExtendedApiVersion: '1.2.10',
  StorageServerExtraInfoHelp: 'Folder=<the folder of the array>', Ability: ability,
};

// The array: a file that each change replaces as a whole, under a lock between processes.

const folderOf = server => /(?:^|;)\s*Folder=([^;]+)/.exec(server.ExtraInfo ?? '')?.[1].trim();

function read(server) {
  const file = `${folderOf(server)}/crate.json`;
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { elements: [], groups: [] };
}

function change(server, edit) {
  const folder = folderOf(server);
  const lock = `${folder}/crate.lock`;
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (tries > 5000) throw new PluginError('ArrayUnreachable', `The array in '${folder}' is locked.`, `Delete '${lock}'.`, { retryable: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  try {
    const state = read(server);
    const result = edit(state);
    writeFileSync(`${folder}/crate.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${folder}/crate.new`, `${folder}/crate.json`);
    return result;
  } finally {
    rmdirSync(lock);
  }
}

const find = (state, element) => state.elements.find(one => one.Uuid === element.Uuid)
  ?? fail('NotFound', `There is no element '${element.Name}' on the array.`, 'Get-OscStorageElement lists the elements.', { element: element.Name });
const groupOf = (state, name) => state.groups.find(group => group.Name === name)
  ?? fail('NotFound', `There is no access group '${name}' on the array.`, 'Get-OscAccessGroup lists the groups.', { element: name });
const fail = (kind, message, action, rest) => { throw new PluginError(kind, message, action, rest); };
const answerFor = (server, element, answer) => { if (element) find(read(server), element); return answer; };
const isPresented = (state, name) => state.elements.some(element => element.AccessGroupNames.includes(name));
const plain = group => ({ Name: group.Name, Entries: group.Entries });

function checkEntries(group) {
  if (group.Entries.length > MOST_ENTRIES) {
    fail('LimitExceeded', `The group '${group.Name}' would have more than ${MOST_ENTRIES} entries.`, 'Make another group.', { element: group.Name });
  }
  return group;
}

function checkSize(size) {
  if (size > CAPACITY) fail('LimitExceeded', `The array has no room for ${size} bytes.`, 'Choose a smaller size.');
  return size;
}

// The methods of the guide. What is not here the engine never calls, or answers by itself.

const methods = {
  validate({ server }) {
    if (server.StorageType !== 'SAN') fail('InvalidStorageArray', `A crate is a SAN array, not ${server.StorageType}.`, 'Give -StorageType SAN.');
    const folder = folderOf(server);
    if (!folder) fail('InvalidStorageArray', 'ExtraInfo names no folder.', "Give -ExtraInfo 'Folder=/path'.");
    if (!existsSync(folder)) fail('InvalidStorageArray', `The folder '${folder}' is not there.`, 'Create it, or give another one.');
  },

  getCapabilities: () => ability,

  getInfo({ server, element }) {
    const state = read(server);
    if (element) return find(state, element);
    const used = state.elements.reduce((sum, one) => sum + one.SizeBytes, 0);
    return {
      ...server, Description: 'Crate, a made-up array', Status: 'ok', VolumeGroups: ['crate'],
      TotalBytes: CAPACITY, UsedBytes: used, FreeBytes: Math.max(0, CAPACITY - used), AllocatedBytes: used,
    };
  },

  getStatus({ server, element }) {
    if (element) find(read(server), element);
    return 'ok';
  },

  // Many elements travel in several messages, so that the first is there at once.
  async list({ server, filter }, call) {
    const elements = read(server).elements.filter(element => filter.Types.includes(element.Type));
    for (let at = 0; at < elements.length; at += CHUNK) await call.items(elements.slice(at, at + CHUNK));
  },

  create: ({ server, element, thinProvision, qos }) => change(server, state => {
    if (qos) fail('NoSuchOperation', 'The array has no qualities of service.', 'Leave -Qos out.');
    if ((element.VolumeGroupName ?? 'crate') !== 'crate') {
      fail('NotFound', `There is no volume group '${element.VolumeGroupName}'.`, "The one that is there is 'crate'.", { element: element.VolumeGroupName });
    }
    if (state.elements.some(one => one.Name === element.Name)) {
      fail('AlreadyExists', `There is an element '${element.Name}' already.`, 'Choose another name.', { element: element.Name });
    }
    const made = {
      Uuid: randomBytes(16).toString('hex'), StorageServerUuid: server.Uuid, Name: element.Name, Type: 'Lun', SizeBytes: checkSize(element.SizeBytes),
      VolumeGroupName: 'crate', Page83Id: `36025c0d0${randomBytes(12).toString('hex')}`, ThinProvisioned: thinProvision, State: 'Online', Status: 'ok',
      AccessGroupNames: [], CreatedAt: new Date().toISOString(),
    };
    state.elements.push(made);
    return made;
  }),

  resize: ({ server, element, newSizeBytes }) => change(server, state => Object.assign(find(state, element), { SizeBytes: checkSize(newSizeBytes) })),

  remove: ({ server, element }) => change(server, state => {
    const found = find(state, element);
    if (found.AccessGroupNames.length > 0) {
      fail('StorageElementBusy', `'${found.Name}' is presented to ${found.AccessGroupNames.join(', ')}.`, 'Revoke the access first.',
        { element: found.Name, obstacles: found.AccessGroupNames.map(name => `access group ${name}`) });
    }
    state.elements = state.elements.filter(one => one !== found);
  }),

  online: ({ server, element }) => change(server, state => { find(state, element).State = 'Online'; }),
  offline: ({ server, element }) => change(server, state => { find(state, element).State = 'Offline'; }),

  // Nothing can be copied; but an element that is not there is an error.
  isSnapable: ({ server, element }) => answerFor(server, element, false),
  isCloneable: ({ server, element }) => answerFor(server, element, false),
  isSplittable: ({ server, element }) => answerFor(server, element, false),
  isRestorable: ({ server, snapshot }) => answerFor(server, snapshot, false),
  getSnapLimits: ({ server, element }) => answerFor(server, element, 0),
  getCloneLimits: ({ server, element }) => answerFor(server, element, 0),
  snapRestore: ({ server, snapshot }) => { find(read(server), snapshot); },
  snapRemove: ({ server, snapshot }) => { find(read(server), snapshot); },

  startPresent: ({ server, element, accessGroupNames }) => change(server, state => {
    const found = find(state, element);
    accessGroupNames.forEach(name => groupOf(state, name));
    found.AccessGroupNames = [...new Set([...found.AccessGroupNames, ...accessGroupNames])];
    return found;
  }),

  stopPresent: ({ server, element, accessGroupNames }) => change(server, state => {
    const found = find(state, element);
    accessGroupNames.forEach(name => groupOf(state, name));
    found.AccessGroupNames = found.AccessGroupNames.filter(name => !accessGroupNames.includes(name));
    return found;
  }),

  getAccessGroups({ server, element }) {
    const state = read(server);
    const names = element && find(state, element).AccessGroupNames;
    return state.groups.filter(group => !names || names.includes(group.Name)).map(plain);
  },

  createAccessGroups: ({ server, groups }) => change(server, state => {
    for (const group of groups) {
      if (!state.groups.some(one => one.Name === group.Name)) state.groups.push(checkEntries({ Name: group.Name, Entries: [...new Set(group.Entries ?? [])] }));
    }
    return state.groups.map(plain);
  }),

  // A group that elements are presented to stays in the list: the engine reports it.
  removeAccessGroups: ({ server, groups }) => change(server, state => {
    const names = groups.map(group => group.Name);
    state.groups = state.groups.filter(group => !names.includes(group.Name) || isPresented(state, group.Name));
    return state.groups.map(plain);
  }),

  renameAccessGroup: ({ server, name, newName }) => change(server, state => {
    const group = groupOf(state, name);
    if (state.groups.some(one => one.Name === newName)) {
      fail('AlreadyExists', `There is an access group '${newName}' already.`, 'Choose another name.', { element: newName });
    }
    group.Name = newName;
    for (const element of state.elements) element.AccessGroupNames = element.AccessGroupNames.map(one => one === name ? newName : one);
    return state.groups.map(plain);
  }),

  addToAccessGroup: ({ server, groupName, entries }) => change(server, state => {
    const group = groupOf(state, groupName);
    group.Entries = checkEntries({ ...group, Entries: [...new Set([...group.Entries, ...entries])] }).Entries;
    return plain(group);
  }),

  removeFromAccessGroup: ({ server, groupName, entries }) => change(server, state => {
    const group = groupOf(state, groupName);
    group.Entries = group.Entries.filter(entry => !entries.includes(entry));
    return plain(group);
  }),
};

await new Connection(methods, () => ({
  protocolVersion: 1,
  plugins: [{ descriptor, implements: Object.keys(methods) }],
})).serve();
