"""Door: may this be asked, and may this be shown?"""
