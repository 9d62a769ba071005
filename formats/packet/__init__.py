"""Parts of the printed packet, which formats.packet_pdf and formats.letter_pdf put together."""
