// Packs the extension: `npm run package [-- --server PROGRAM] [-- --out FILE]`. A `.vsix` is a zip with two lists of its
// contents; writing it here takes a page, needs no network, and gives the same bytes for the same input.
//
// With `--server` the program goes into the extension (for one platform), and users need nothing else.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deflateRawSync } from 'node:zlib';

import { buildAll } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { server: { type: 'string' }, out: { type: 'string' }, target: { type: 'string' } } });

const TYPES = { cjs: 'application/javascript', json: 'application/json', md: 'text/markdown', png: 'image/png', svg: 'image/svg+xml', txt: 'text/plain' };
/** The folders and files of the extension, besides its manifest. */
const CONTENTS = ['dist', 'media', 'snippets', 'language-configuration.json', 'liquid-configuration.json', 'README.md', 'CHANGELOG.md'];

function filesBelow(path) {
  const full = join(root, path);
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full).sort().flatMap((name) => filesBelow(`${path}/${name}`));
}

const xml = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function vsixManifest(manifest, files) {
  const asset = (type, path) => (files.includes(path) ? `<Asset Type="${type}" Path="extension/${path}" Addressable="true"/>` : '');
  const target = values.target ? ` TargetPlatform="${xml(values.target)}"` : '';
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${xml(manifest.name)}" Version="${xml(manifest.version)}" Publisher="${xml(manifest.publisher)}"${target}/>
    <DisplayName>${xml(manifest.displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(manifest.description)}</Description>
    <Tags>${xml(manifest.keywords.join(','))}</Tags>
    <Categories>${xml(manifest.categories.join(','))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(manifest.engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/${xml(manifest.icon)}</Icon>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    ${asset('Microsoft.VisualStudio.Services.Content.Details', 'README.md')}
    ${asset('Microsoft.VisualStudio.Services.Content.Changelog', 'CHANGELOG.md')}
    ${asset('Microsoft.VisualStudio.Services.Content.License', 'LICENSE.txt')}
    ${asset('Microsoft.VisualStudio.Services.Icons.Default', manifest.icon)}
  </Assets>
</PackageManifest>
`;
}

function contentTypes(files) {
  const endings = new Set(files.map((file) => extname(file)).filter(Boolean));
  const type = (ending) => TYPES[ending.slice(1)] ?? 'application/octet-stream';
  const defaults = ['.vsixmanifest', ...endings].map(
    (ending) => `<Default Extension="${ending}" ContentType="${ending === '.vsixmanifest' ? 'text/xml' : type(ending)}"/>`,
  );
  const bare = files.filter((file) => !extname(file)).map((file) => `<Override PartName="/extension/${file}" ContentType="application/octet-stream"/>`);
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[...defaults, ...bare].join('')}</Types>
`;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const crc32 = (bytes) => (bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A zip of `[name, bytes, executable]`, deflated, without times: equal contents give equal files. */
function zip(entries) {
  const parts = [];
  const list = [];
  let offset = 0;
  for (const [name, bytes, executable] of entries) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(bytes, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // needs version 2.0
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt32LE(0x00210000, 6); // 1980-01-01
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((executable ? 0o100755 : 0o100644) * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    // Made by: Unix, so that the mode counts.
    list.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, path);
    offset += 4 + common.length + path.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

await buildAll();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// What only building needs is no part of the extension.
const { scripts: _, devDependencies: __, private: ___, type: ____, ...published } = manifest;
const licence = ['LICENSE-MIT', 'LICENSE-APACHE'].map((name) => readFileSync(join(root, '../..', name), 'utf8')).join('\n\n');
const contents = new Map([
  ['package.json', [Buffer.from(`${JSON.stringify(published, null, 2)}\n`), false]],
  ['LICENSE.txt', [Buffer.from(licence), false]],
  ...CONTENTS.flatMap(filesBelow).map((path) => [path, [readFileSync(join(root, path)), false]]),
]);
if (values.server) {
  contents.set(values.server.endsWith('.exe') ? 'server/persona.exe' : 'server/persona', [readFileSync(values.server), true]);
}
const files = [...contents.keys()];
const out = values.out ?? join(root, `persona-${manifest.version}.vsix`);
writeFileSync(
  out,
  zip([
    ['extension.vsixmanifest', Buffer.from(vsixManifest(manifest, files)), false],
    ['[Content_Types].xml', Buffer.from(contentTypes(files)), false],
    ...[...contents].map(([path, [bytes, executable]]) => [`extension/${path}`, bytes, executable]),
  ]),
);
console.log(`${out}: ${files.length} files, ${Math.ceil(statSync(out).size / 1024)} KB`);
