<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>mama::ReadPage</name>
    <message numerus="yes">
        <source>%n file(s) could not be shown; the list on the left says why.</source>
        <translation>
            <numerusform>%n file could not be shown; the list on the left says why.</numerusform>
            <numerusform>%n files could not be shown; the list on the left says why.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are not shown; the list on the left says why.</source>
        <translation>
            <numerusform>%n file is not shown; the list on the left says why.</numerusform>
            <numerusform>%n files are not shown; the list on the left says why.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunCompare</name>
    <message numerus="yes">
        <source>%n setting(s) differ. Figures are the latest, with 95 % intervals.</source>
        <translation>
            <numerusform>%n setting differs. Figures are the latest, with 95 % intervals.</numerusform>
            <numerusform>%n settings differ. Figures are the latest, with 95 % intervals.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunHeader</name>
    <message numerus="yes">
        <source> · %n unreadable image(s)</source>
        <translation>
            <numerusform> · %n unreadable image</numerusform>
            <numerusform> · %n unreadable images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::StudyPanel</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
</context>
</TS>
